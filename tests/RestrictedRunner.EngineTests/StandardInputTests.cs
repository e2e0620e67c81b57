using System.Security.Cryptography;

namespace RestrictedRunner.EngineTests;

public class StandardInputTests
{
    [Theory]
    [EachEngine]
    public async Task Without_a_file_the_input_is_empty(string engine) =>
        Assert.Equal("0\n", await Step.On(engine, "wc -c").OutputAsync());

    [Theory]
    [EachEngine]
    public async Task A_file_is_the_input_byte_by_byte(string engine)
    {
        using var folder = new TempFolder();
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(folder["input"], bytes, TestContext.Current.CancellationToken);

        await (Step.On(engine, "cat >/out/output") with { StandardInput = folder["input"], Mounts = [new Mount(folder.Path, "/out")] }).OutputAsync();

        Assert.Equal(bytes, await File.ReadAllBytesAsync(folder["output"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [EachEngine]
    public async Task A_program_without_a_shell_reads_it_too(string engine)
    {
        using var folder = new TempFolder();

        Assert.Equal("line\n", await (Step.Direct(engine, "cat") with { StandardInput = folder.Write("input", "line\n") }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_command_may_end_before_it_has_read_all(string engine)
    {
        using var folder = new TempFolder();
        var input = folder.Write("input", new string('x', 5_000_000));

        var result = await (Step.On(engine, "head -c 3; exit 4") with { StandardInput = input }).RunAsync();

        Assert.Equal((4, "xxx"), (result.ExitCode, result.StandardOutput));
    }
}
