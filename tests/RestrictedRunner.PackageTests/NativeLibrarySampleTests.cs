namespace RestrictedRunner.PackageTests;

public class NativeLibrarySampleTests
{
    private const string Built = "obj/native/libchecksums.so";
    private const string Copied = "bin/Debug/net10.0/libchecksums.so";

    // The polynomials of CRC-32 and, for a change, CRC-32C.
    private const string Polynomial = "0xEDB88320u";
    private const string OtherPolynomial = "0x82F63B78u";

    private static readonly string[] Printed = ["crc32   414fa339", "adler32 5bdc0fda"];
    private static readonly string[] PrintedWithOther = ["crc32   22620404", "adler32 5bdc0fda"];

    [EngineFact]
    public async Task Gcc_in_a_container_makes_a_library_that_the_app_calls()
    {
        var sample = new Sample("NativeLibrary");

        var build = (await sample.BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();

        Assert.Contains("BuildLibrary: gcc makes the library", build.Texts);
        var container = Assert.Single(build.CommandLines).Text;
        Assert.All(["--network none", "--cap-drop ALL", "--memory 512m", "--read-only"], restriction => Assert.Contains($" {restriction} ", container, StringComparison.Ordinal));
        Assert.Matches(@" restricted-runner/[0-9a-f]{20}:gcc ", container);
        Assert.Equal(Printed, await sample.RunAsync());
        Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(sample[Built]));
    }

    [EngineFact]
    public async Task It_runs_a_container_only_when_the_content_of_an_input_has_changed()
    {
        var sample = new Sample("NativeLibrary");
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);

        Assert.Empty((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);

        File.SetLastWriteTimeUtc(sample["native/adler32.c"], DateTime.UtcNow.AddHours(1));
        var touched = (await sample.BuildAsync()).SucceededWithoutWarnings();
        Assert.Empty(touched.Containers);
        Assert.Contains("Step 'BuildLibrary' is up to date.", touched.Texts);

        await File.AppendAllTextAsync(sample["native/checksums.h"], "/* changed */\n", TestContext.Current.CancellationToken);
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);

        await sample.ReplaceAsync("native/crc32.c", Polynomial, OtherPolynomial);
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
        Assert.Equal(PrintedWithOther, await sample.RunAsync());

        // So does what it is built with, and a comment there does not.
        await sample.ReplaceAsync("tools/Dockerfile", "-O2", "-O1");
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
        await File.AppendAllTextAsync(sample["tools/Dockerfile"], "# changed\n", TestContext.Current.CancellationToken);
        Assert.Empty((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
    }

    [EngineFact]
    public async Task Clean_removes_what_it_makes_and_what_was_made_once_comes_from_the_cache()
    {
        var sample = new Sample("NativeLibrary");
        (await sample.BuildAsync()).SucceededWithoutWarnings();

        await sample.CleanAsync();
        Assert.DoesNotContain([Built, Copied], file => File.Exists(sample[file]));
        AssertRestored(await sample.BuildAsync());
        Assert.Equal(Printed, await sample.RunAsync());

        // There and back, as when one changes to a branch and returns.
        await sample.ReplaceAsync("native/crc32.c", Polynomial, OtherPolynomial);
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
        await sample.ReplaceAsync("native/crc32.c", OtherPolynomial, Polynomial);
        AssertRestored(await sample.BuildAsync());
        Assert.Equal(Printed, await sample.RunAsync());

        static void AssertRestored(Build build)
        {
            Assert.Empty(build.SucceededWithoutWarnings().Containers);
            Assert.Contains("BuildLibrary: from the cache", build.Texts);
        }
    }

    [EngineFact]
    public async Task A_mistake_in_a_C_file_is_an_error_at_its_line_on_the_host()
    {
        var sample = new Sample("NativeLibrary");
        await File.AppendAllTextAsync(sample["native/crc32.c"], "int mistake(void) { return nothing; }\n", TestContext.Current.CancellationToken);

        var build = await sample.BuildInItsOwnProcessAsync();

        // In UTF-8, which hermetic steps have, gcc quotes as printers do.
        var lines = await File.ReadAllLinesAsync(sample["native/crc32.c"], TestContext.Current.CancellationToken);
        Assert.Contains(build.Errors, error => error.File == sample["native/crc32.c"] && error.Line == lines.Length && error.Text.StartsWith("‘nothing’ undeclared", StringComparison.Ordinal));
    }
}
