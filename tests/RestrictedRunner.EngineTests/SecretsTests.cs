using System.Security.Cryptography;
using System.Text;

namespace RestrictedRunner.EngineTests;

public class SecretsTests
{
    private const string Variable = "RESTRICTED_RUNNER_TEST_SECRET";
    private const string Value = "correct horse\tbattery-staple";

    private const string Look = "cd /run/secrets; stat -c '%n %a %u' *; for i in *; do sha256sum <$i; done";

    static SecretsTests() => Environment.SetEnvironmentVariable(Variable, Value);

    private static StepOptions With(StepOptions step, params Secret[] more) => step with { Secrets = [new("token") { Environment = Variable }, .. more] };

    private static string HashOf(byte[] value) => $"{Convert.ToHexStringLower(SHA256.HashData(value))}  -";

    private static string HashOfValue => HashOf(Encoding.UTF8.GetBytes(Value));

    [SeesFiles]
    [Theory]
    [EachEngine("", "0")]
    [EachEngine("1234:2345", "1234")]
    [EachEngine("nobody", "65534")]
    [EachEngine("current", "0")]
    public async Task A_secret_is_a_file_of_the_steps_user_alone(string engine, string user, string id)
    {
        using var folder = new TempFolder();
        byte[] binary = [0, 1, 2, 255, 10, 10];
        await File.WriteAllBytesAsync(folder["key"], binary, TestContext.Current.CancellationToken);
        var step = With(Step.On(engine, $"{Look}; wc -c </.restricted-runner.secrets/token") with { User = user, ReadOnly = true, CapDrop = ["ALL"] }, new Secret("key.bin") { File = folder["key"] });

        Assert.Equal($"key.bin 400 {id}\ntoken 400 {id}\n{HashOf(binary)}\n{HashOfValue}\n0\n", await step.OutputAsync());
    }

    // Debian's /var/run is a link to /run, so what is mounted there lies over the folder in memory.
    [Fact]
    public async Task A_secret_is_not_copied_to_a_folder_that_is_on_a_disk()
    {
        using var folder = new TempFolder();
        var step = With(new StepOptions { Engine = Engines.Docker, Image = TestImages.Gcc, Command = "true;", DockerRunOpts = $"-v {folder.Path}:/var/run/secrets" });

        var result = await step.RunAsync();

        Assert.Equal((1, "restricted-runner: something else is mounted at /run/secrets (perhaps as /var/run/secrets), so the secrets were not copied there\n"), (result.ExitCode, result.StandardError));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(OptionProblemKind.Conflict, Assert.Single(StepOptionRules.Check(step with { DockerRunOpts = "", Mounts = [new(folder.Path, "/var/run/secrets/x")] })).Kind);
    }

    // In a container without a shell only those who mount the file can say whose it is.
    [SeesFiles]
    [Theory]
    [EachEngine("", "444", "0")]
    [EachEngine("1234:2345", "400", "1234")]
    [EachEngine("nobody", "444", "0")]
    [EachEngine("current", "400", "0")]
    public async Task A_command_without_a_script_finds_the_same_file(string engine, string user, string mode, string owner)
    {
        var step = With(Step.Direct(engine, "sh", "-c", Look) with { User = user, ReadOnly = true, CapDrop = ["ALL"] });

        Assert.Equal($"token {mode} {owner}\n{HashOfValue}\n", await step.OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_secret_is_a_variable_of_the_script_alone(string engine)
    {
        using var folder = new TempFolder();
        folder.Write("two", "first line\nsecond line\n\n");
        var step = With(
            Step.On(engine, "env | grep -c '^TOKEN=\\|^TWO='; printf %s \"$TOKEN\" | sha256sum; printf %s \"$TWO\" | sha256sum; grep -c TOKEN /proc/1/environ; echo ${NONE-none}") with { PrepareCommand = "[ \"$TOKEN\" ]" });
        step = step with
        {
            Secrets = [step.Secrets[0] with { As = "TOKEN" }, new("two") { File = folder["two"], As = "TWO" }, new("none") { File = folder["none"], As = "NONE", Optional = true }],
        };

        var result = await step.RunAsync();

        Assert.Equal((0, $"2\n{HashOfValue}\n{HashOf("first line\nsecond line"u8.ToArray())}\n0\nnone\n"), (result.ExitCode, result.StandardOutput));
    }

    [Theory]
    [EachEngine]
    public async Task What_is_printed_is_masked_in_lines_and_in_what_is_kept(string engine)
    {
        var watched = new Watched();
        var step = With(Step.On(engine, "cat /run/secrets/token; echo; base64 /run/secrets/token >&2; fold -b -w 7 /run/secrets/token; exit 3"));

        var result = await step.RunAsync(watched.Observer);

        Assert.Equal((3, "***\n***\n***\n***\n***", "***"), (result.ExitCode, result.StandardOutput, result.StandardError!.Trim()));
        Assert.DoesNotContain(watched.Lines, line => line.Text.Contains("horse", StringComparison.Ordinal) || line.Text.Contains("staple", StringComparison.Ordinal));
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task Nobody_sees_it_while_the_step_runs_and_nothing_is_left_after_it(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var step = With(Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] });
        var run = step.RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var name = Assert.Single(watched.ContainerNames);

        var record = await Client.OutputAsync(engine, "inspect", name);
        var folder = Path.GetDirectoryName(record.Split('"').Last(word => word.EndsWith("/script.sh", StringComparison.Ordinal)).Split([',', '='])[^1].Split(':')[0])!;

        Assert.StartsWith("/dev/shm/rr-", folder, StringComparison.Ordinal);
        Assert.Equal("700", (await Client.OutputAsync("stat", "--format", "%a", folder)).Trim());
        Assert.DoesNotContain("horse", record, StringComparison.Ordinal);
        var variables = VariablesOfProcessesOf(name);
        Assert.InRange(variables.Count, 2, int.MaxValue);
        Assert.DoesNotContain(variables, text => text.Contains("horse", StringComparison.Ordinal));
        Assert.DoesNotContain("horse", string.Concat(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0).Select(File.ReadAllText)), StringComparison.Ordinal);
        gate.Open();
        Assert.Equal(0, (await run).ExitCode);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [EachEngine]
    public async Task What_a_killed_process_left_in_memory_is_removed(string engine)
    {
        var owner = (await EndedOwnerAsync()).Text;
        var folder = $"/dev/shm/rr-{owner}-{Guid.NewGuid():N}";
        using (var files = new TempFolder())
        {
            Directory.CreateDirectory(files["rr/secrets"]);
            files.Write("rr/secrets/0", Value);
            files.Write("rr/secrets.sh", "");
            await Client.OutputAsync("mv", files["rr"], folder);
        }

        await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = engine }, TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(folder));
    }

    // Of the client and of the reaper, which both are started by this process, whose variables have the value.
    private static List<string> VariablesOfProcessesOf(string container) =>
        [.. Processes.WithText(container).Select(line => File.ReadAllText($"/proc/{line.Split(':')[0]}/environ"))];

    private static async Task<Owner> EndedOwnerAsync()
    {
        using var process = System.Diagnostics.Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var parts = Host.OfThisMachine.Owner.Text.Split('.');
        return Owner.Parse($"{parts[0]}.{parts[1]}.{process.Id}.{parts[3]}")!;
    }
}
