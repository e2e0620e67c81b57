using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Options;

namespace RestrictedRunner.EngineTests;

/// <summary>Steps on an engine that does not see this machine's files.</summary>
public sealed class RemoteEngineTests : IDisposable
{
    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly TempFolder _folder = new();
    private readonly string _label = $"rr.test={Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _told = [];
    private readonly ConcurrentQueue<IReadOnlyList<string>> _calls = [];

    private static string Client => Engines.AreRemote ? Engines.All[0] : RemoteEngine.TcpClient;

    private RunObserver Observer => new() { FilesTransferred = _told.Enqueue, CommandLine = _calls.Enqueue };

    public void Dispose()
    {
        foreach (var name in _calls.SelectMany(words => words).Where(word => word.StartsWith("restricted-runner-inputs-", StringComparison.Ordinal)).Select(word => word.Split(':')[0]).Distinct())
        {
            TestSupport.Client.Succeeds(Client, "rm", "--force", "--volumes", name);
        }

        _folder.Dispose();
    }

    [RemoteFact]
    public async Task Files_go_there_and_come_back_with_modes_links_and_owners()
    {
        Directory.CreateDirectory(_folder["work/sub/gone"]);
        Directory.CreateDirectory(_folder["inner"]);
        _folder.Write("work/kept", "kept");
        _folder.Write("work/changed", "before");
        _folder.Write("work/sub/gone/file", "x");
        _folder.Write("work/tool", "#!/bin/sh\necho tool\n");
        File.SetUnixFileMode(_folder["work/tool"], Program);
        File.CreateSymbolicLink(_folder["work/link"], "kept");
        _folder.Write("inner/in", "input");
        _folder.Write("settings", "one file");
        _folder.Write("stdin", "from standard input");
        var untouched = File.GetLastWriteTimeUtc(_folder["work/kept"]);
        const string Command =
            """
            set -e
            cat /etc/my/settings; cat; echo; ./tool; readlink link; cat sub/inner/in; stat -c '%u %a' tool; touch sub/inner/x 2>/dev/null || echo read-only
            printf after >changed; rm -r sub/gone; mkdir -p new/empty; printf n >new/file; ln new/file new/name; ln -s ../kept new/link; chmod 751 tool; printf e >"new/ä ö"
            chown 1234:2345 new/file
            """;

        var result = await DockerRunner.RunAsync(
            On(Client, Command) with
            {
                Mounts = [new(_folder["work"], "/w"), new(_folder["inner"], "/w/sub/inner", ReadOnly: true), new(_folder["settings"], "/etc/my/settings", ReadOnly: true)],
                WorkDir = "/w",
                StandardInput = _folder["stdin"],
                PrepareCommand = "true",
                ReadOnly = true,
            },
            Observer,
            captureOutput: true,
            TestContext.Current.CancellationToken);

        Assert.Equal((0, "one filefrom standard input\ntool\nkept\ninput0 750\nread-only\n", "", false), (result.ExitCode, result.StandardOutput, result.StandardError, result.PrepareFailed));
        Assert.Equal(("kept", "after", "n", "n", "e"), (Text("kept"), Text("changed"), Text("new/file"), Text("new/name"), Text("new/ä ö")));
        Assert.Equal(untouched, File.GetLastWriteTimeUtc(_folder["work/kept"]));
        Assert.False(Directory.Exists(_folder["work/sub/gone"]));
        Assert.True(Directory.Exists(_folder["work/new/empty"]));
        Assert.Equal(Program | UnixFileMode.OtherExecute, File.GetUnixFileMode(_folder["work/tool"]));
        Assert.Equal("../kept", new FileInfo(_folder["work/new/link"]).LinkTarget);
        var (file, name) = (FileStatus.Of(_folder["work/new/file"])!, FileStatus.Of(_folder["work/new/name"])!);
        Assert.Equal(file.Inode, name.Inode);
        Assert.Equal(Host.OfThisMachine.UserId == 0 ? 1234 : Host.OfThisMachine.UserId, file.OwnerId);
        Assert.Contains(_told, text => text.StartsWith("6 files, ", StringComparison.Ordinal) && text.EndsWith(" copied to the engine, which does not see this machine's files.", StringComparison.Ordinal));
        Assert.Contains(_told, text => text.EndsWith(" copied back.", StringComparison.Ordinal));
        await AssertNothingIsLeftAsync();

        string Text(string path) => File.ReadAllText(_folder[$"work/{path}"]);
    }

    [RemoteFact]
    public async Task Inputs_go_there_once_and_again_when_they_changed()
    {
        Directory.CreateDirectory(_folder["in"]);
        _folder.Write("in/unique", $"{Guid.NewGuid()}");
        _folder.Write("in/b", "b");
        var step = On(Client, "cat in/b; ls in") with { Mounts = [new(_folder["in"], "/w/in", ReadOnly: true)], WorkDir = "/w", Transfer = FileTransfer.Copy };

        for (var i = 0; i < 3; i++)
        {
            var result = await DockerRunner.RunAsync(step, Observer, captureOutput: true, TestContext.Current.CancellationToken);
            Assert.Equal((0, "bb\nunique\n"), (result.ExitCode, result.StandardOutput));
        }

        Assert.StartsWith("2 files, ", Assert.Single(_told), StringComparison.Ordinal);
        var kept = Kept(_calls.Last());

        _folder.Write("in/b", "c");
        Assert.Equal("cb\nunique\n", await step.OutputAsync());

        // Somebody removes what is kept: it goes there again.
        await TestSupport.Client.OutputAsync(Client, "rm", "--force", "--volumes", kept);
        _folder.Write("in/b", "b");
        Assert.Equal("bb\nunique\n", await step.OutputAsync());
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task Inputs_that_a_step_may_change_go_there_once_and_each_step_has_them_as_they_were()
    {
        Directory.CreateDirectory(_folder["w/in"]);
        for (var i = 0; i < 120; i++)
        {
            _folder.Write($"w/in/{i}", "12345");
        }

        File.SetUnixFileMode(_folder["w/in/1"], Program);
        File.CreateSymbolicLink(_folder["w/link"], "in/1");
        // Which no copy of is made here.
        _folder.Write("other", "abc");
        var elsewhere = new PlacedFile("in/elsewhere", _folder["other"], Convert.ToHexString(SHA256.HashData("abc"u8)));

        // So that the image is found by its size.
        var bytes = 1_000_000 + RandomNumberGenerator.GetInt32(1_000_000);
        _folder.Write("w/in/size", new string('x', bytes));
        var step = On(Client, "cat in/* | wc -c; stat -c '%a %u' in/1; readlink link; cat in/elsewhere; echo; mkdir out; echo x >in/1; rm in/2 link; ls in | wc -l >out/a; ln -s a out/b; echo beside >c") with
        {
            Mounts = [new(_folder["w"], "/w") { OutputNames = ["out"], Elsewhere = [elsewhere] }],
            WorkDir = "/w",
            Transfer = FileTransfer.Copy,
        };
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var result = await DockerRunner.RunAsync(step, Observer, captureOutput: true, TestContext.Current.CancellationToken);
                Assert.Equal((0, $"{bytes + 603}\n750 {Host.OfThisMachine.UserId}\nin/1\nabc\n"), (result.ExitCode, result.StandardOutput));
                Assert.Equal("121\n", File.ReadAllText(_folder["w/out/a"]));
                Assert.Equal("a", new FileInfo(_folder["w/out/b"]).LinkTarget);
                Assert.Equal(("12345", true, false), (File.ReadAllText(_folder["w/in/1"]), File.Exists(_folder["w/in/2"]), File.Exists(_folder["w/c"])));
                Directory.Delete(_folder["w/out"], recursive: true);
            }

            Assert.Equal(IsPodman ? 3 : 1, _told.Count(text => text.StartsWith("122 files, ", StringComparison.Ordinal)));

            // Of a step that has not made its output all comes back.
            await (step with { Command = "echo instead >c" }).OutputAsync();
            Assert.Equal("instead\n", File.ReadAllText(_folder["w/c"]));
            File.Delete(_folder["w/c"]);

            _folder.Write("w/in/3", "54321");
            await DockerRunner.RunAsync(step with { Command = "grep -c 54321 in/3; echo >out" }, Observer, captureOutput: true, TestContext.Current.CancellationToken);
            Assert.StartsWith("122 files, ", _told.SkipLast(1).Last(), StringComparison.Ordinal);
            await AssertNothingIsLeftAsync();
        }
        finally
        {
            foreach (var image in (await TestSupport.Client.OutputAsync(Client, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).Split('\n').Where(name => name.EndsWith($"-{bytes + 603}", StringComparison.Ordinal)))
            {
                TestSupport.Client.Succeeds(Client, "image", "rm", image);
            }
        }
    }

    [RemoteFact]
    public async Task A_step_that_is_ended_in_the_middle_of_its_way_leaves_nothing_that_is_taken_for_the_whole()
    {
        Directory.CreateDirectory(_folder["in"]);
        _folder.Write("in/a", $"{Guid.NewGuid()}");
        _folder.Write("in/b", new string('b', 100_000));

        // A client that breaks off in the middle of the archive, as one does that is killed.
        using var breaking = new ClientScript(Client, $"case \"$1\" in cp | import) head -c 2048 | {Client} \"$@\"; exit 1 ;; esac");
        var step = On(breaking.Path, "cat /in/a /in/b | wc -c") with { Mounts = [new(_folder["in"], "/in", ReadOnly: true)], Transfer = FileTransfer.Copy };
        Assert.Equal(RunnerFailure.TransferFailed, (await step.FailureAsync()).Failure);
        await AssertNothingIsLeftAsync();

        Assert.Equal("100036\n", await (step with { Engine = Client }).OutputAsync());

        _folder.Write("in/c", new string('c', 6_000_000));
        step = step with { Command = "cat /in/a /in/b /in/c | wc -c", Mounts = [new(_folder["in"], "/in") { OutputNames = ["out"] }] };
        Assert.Equal(RunnerFailure.TransferFailed, (await step.FailureAsync()).Failure);
        Assert.DoesNotContain("-6100036", await ImagesAsync(), StringComparison.Ordinal);
        // Those of another test get their names.
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), async () => !(await ImagesAsync()).Contains("<none>", StringComparison.Ordinal));
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task A_copy_in_which_nothing_moves_is_given_up()
    {
        Directory.CreateDirectory(_folder["w"]);
        using var silent = new ClientScript(Client, "case \"$1\" in cp) exec sleep 600 ;; esac");
        var step = On(silent.Path, "true;") with { Mounts = [new(_folder["w"], "/w")], Transfer = FileTransfer.Copy };

        var failure = await Assert.ThrowsAsync<RunnerException>(() => DockerRunner.RunInBuildAsync(
            Host.OfThisMachine, step, new(), new() { LongestSilence = TimeSpan.FromSeconds(1) }, Observer, captureOutput: false, TestContext.Current.CancellationToken));

        Assert.Equal((RunnerFailure.TransferFailed, "Nothing moved for 1 s, so the copying was given up."), (failure.Failure, failure.Message));
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task A_timeout_is_one_also_where_nothing_comes_back()
    {
        Directory.CreateDirectory(_folder["w"]);
        var remarks = new ConcurrentQueue<string>();
        using var oneWay = new ClientScript(Client, "case \"$1 $2\" in 'cp --archive=false') ;; cp*) echo broken >&2; exit 1 ;; esac");
        var step = On(oneWay.Path, "sleep 600;") with { Mounts = [new(_folder["w"], "/w")], Transfer = FileTransfer.Copy, Timeout = TimeSpan.FromSeconds(1), StopTimeout = TimeSpan.Zero };

        await Assert.ThrowsAsync<TimeoutException>(() => DockerRunner.RunAsync(step, Observer with { EngineRemark = remarks.Enqueue }, captureOutput: false, TestContext.Current.CancellationToken));

        Assert.Contains("What the step wrote before its Timeout did not come back: Files could not be copied from the engine. broken", remarks);
        await AssertNothingIsLeftAsync();
    }

    [RemoteFact]
    public async Task Secrets_come_by_memory_alone()
    {
        const string Value = "se cret\n%b \\ $x 'ä\0";
        await File.WriteAllTextAsync(_folder["key"], Value, TestContext.Current.CancellationToken);
        var step = On(Client, "sha256sum </run/secrets/key | cut -c1-64; cat; grep -c ' /run/secrets tmpfs ' /proc/mounts") with
        {
            Secrets = [new("key") { File = _folder["key"] }],
            Transfer = FileTransfer.Copy,
            StandardInput = _folder.Write("stdin", "|in|"),
            User = "1234",
        };

        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Value)))}\n|in|1\n", await step.OutputAsync());
        var refused = await (step with { Command = "", Arguments = ["true"] }).FailureAsync();
        Assert.Equal(RunnerFailure.NotCopyable, refused.Failure);
    }

    [RemoteFact]
    public async Task What_a_step_wrote_until_its_end_is_there_however_it_ends()
    {
        Directory.CreateDirectory(_folder["out"]);
        var step = On(Client, "echo text >/out/log; exit 7") with { Mounts = [new(_folder["out"], "/out")], Transfer = FileTransfer.Copy, StopTimeout = TimeSpan.Zero };

        Assert.Equal(7, (await step.RunAsync()).ExitCode);
        Assert.Equal("text\n", await File.ReadAllTextAsync(_folder["out/log"], TestContext.Current.CancellationToken));

        File.Delete(_folder["out/log"]);
        await Assert.ThrowsAsync<TimeoutException>(() => (step with { Command = "echo text >/out/log; sleep 100", Timeout = TimeSpan.FromSeconds(3) }).RunAsync());
        Assert.Equal("text\n", await File.ReadAllTextAsync(_folder["out/log"], TestContext.Current.CancellationToken));

        Assert.Equal((3, true), (await (step with { Command = "true; true", PrepareCommand = "exit 3" }).RunAsync()) is var failed ? (failed.ExitCode, failed.PrepareFailed) : default);
        Assert.Equal(RunnerFailure.CommandNotFound, (await (step with { Command = "", Arguments = ["nosuch"] }).FailureAsync()).Failure);
        Assert.Equal(RunnerFailure.ImageAbsent, (await (step with { Image = "nosuch", Pull = PullPolicy.Never }).FailureAsync()).Failure);

        using var cancelled = new CancellationTokenSource();
        var running = DockerRunner.RunAsync(step with { Command = "sleep 100; true" }, Observer with { Starting = _ => cancelled.CancelAfter(300) }, captureOutput: false, cancelled.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await AssertNothingIsLeftAsync();
    }

    private static bool IsPodman => Client.Contains("podman", StringComparison.Ordinal);

    private static Task<string> ImagesAsync() => TestSupport.Client.OutputAsync(Client, "image", "ls", "--filter", $"label={RestrictedRunner.Transfer.KeptInputs.Label}", "--format", "{{.Repository}}:{{.Tag}}");

    private static string Kept(IReadOnlyList<string> words) => words[words.ToList().IndexOf("--volumes-from") + 1].Split(':')[0];

    private StepOptions On(string client, string command) => Step.On(client, command) with { Labels = [_label] };

    private async Task AssertNothingIsLeftAsync() =>
        Assert.Equal("", await TestSupport.Client.OutputAsync(Client, "ps", "--all", "--filter", $"label={_label}", "--format", "{{.Names}}"));
}
