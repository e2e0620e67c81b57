namespace RestrictedRunner.PackageTests;

public class NativeLibrarySampleTests
{
    private const string Built = "obj/Debug/net10.0/native/libchecksums.so";
    private const string Copied = "bin/Debug/net10.0/libchecksums.so";

    [EngineFact]
    public async Task Gcc_in_a_container_makes_a_library_that_the_app_calls()
    {
        var sample = new Sample("NativeLibrary");

        var build = await sample.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Equal(1, build.Steps);
        Assert.Equal(["crc32   414fa339", "adler32 5bdc0fda"], await sample.RunAsync());
        Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(sample[Built]));
    }

    [EngineFact]
    public async Task It_runs_a_container_only_when_an_input_has_changed_and_Clean_removes_its_files()
    {
        var sample = new Sample("NativeLibrary");

        (await sample.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(0, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);

        await File.AppendAllTextAsync(sample["native/checksums.h"], "/* changed */\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);

        await sample.CleanAsync();
        Assert.DoesNotContain([Built, Copied], file => File.Exists(sample[file]));
        Assert.Equal(1, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);
    }

    [EngineFact]
    public async Task A_mistake_in_a_C_file_is_an_error_at_its_line_on_the_host()
    {
        var sample = new Sample("NativeLibrary");
        await File.AppendAllTextAsync(sample["native/crc32.c"], "int mistake(void) { return nothing; }\n", TestContext.Current.CancellationToken);

        var build = await sample.BuildAsync();

        var lines = await File.ReadAllLinesAsync(sample["native/crc32.c"], TestContext.Current.CancellationToken);
        Assert.Contains(build.Errors, error => error.File == sample["native/crc32.c"] && error.Line == lines.Length && error.Text.StartsWith("'nothing' undeclared", StringComparison.Ordinal));
    }
}
