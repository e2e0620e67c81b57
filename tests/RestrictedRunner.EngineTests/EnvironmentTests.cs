namespace RestrictedRunner.EngineTests;

public class EnvironmentTests
{
    private const string Secret = "s3cret-5f1d";

    [Theory]
    [EachEngine]
    public async Task Values_stand_on_no_command_line_while_the_container_runs(string engine)
    {
        using var gate = new Gate();
        using var client = new ClientScript(engine);
        var watched = new Watched();
        var run = (Step.On(client.Path, $"echo \"$VALUE\" \"$DOCKER_PASSWORD\"; {Gate.Wait}") with
        {
            EnvironmentVariables = [new("VALUE", Secret), new("DOCKER_PASSWORD", Secret)],
            Mounts = [gate.Mount],
        }).RunAsync(watched.Observer);

        await watched.SeesAsync($"{Secret} {Secret}", run);
        Assert.NotEmpty(Processes.WithText(watched.ContainerNames[0]));
        Assert.Empty(Processes.WithText(Secret));
        gate.Open();

        Assert.Equal(0, (await run).ExitCode);
        Assert.DoesNotContain(client.Arguments, word => word.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Assert.Single(watched.CommandLines), word => word.Contains(Secret, StringComparison.Ordinal));
        Assert.Contains("VALUE", client.Arguments);
    }

    [Theory]
    [EachEngine]
    public async Task Variables_that_the_client_reads_arrive_and_do_not_change_the_client(string engine)
    {
        EnvironmentVariable[] variables =
        [
            new("PATH", "/bin:/of the container"),
            new("HOME", "/nowhere"),
            new("DOCKER_HOST", "unix:///nowhere.sock"),
            new("DOCKER_CONFIG", "/nowhere"),
            new("DOCKER_CONTEXT", "nowhere"),
            new("CONTAINER_HOST", "unix:///nowhere.sock"),
            new("CONTAINERS_CONF", "/nowhere"),
            new("LD_PRELOAD", "/nowhere.so"),
            new("LD_LIBRARY_PATH", "/nowhere"),
            new("GODEBUG", "nowhere=1"),
            new("HTTP_PROXY", "http://nowhere:1"),
            new("https_proxy", "http://nowhere:2"),
            new("TMPDIR", "/nowhere"),
            new("XDG_RUNTIME_DIR", "/nowhere"),
            new("SSL_CERT_FILE", "/nowhere"),
            new("USER", "nobody"),
        ];
        using var client = new ClientScript(engine);

        var output = await (Step.Direct(client.Path, "cat", "/proc/self/environ") with { EnvironmentVariables = variables }).OutputAsync();

        Assert.Equal(variables.Order(ByName), Read(output.TrimEnd('\0').Split('\0')).Where(variable => variables.Any(given => given.Name == variable.Name)).Order(ByName));
        Assert.Empty(Read(client.Environment).Intersect(variables));
    }

    [Theory]
    [EachEngine]
    public async Task Of_two_values_the_later_counts(string engine)
    {
        var options = Step.On(engine, """echo "$A $HOME";""") with { EnvironmentVariables = [new("A", "1"), new("HOME", "/1"), new("A", "2"), new("HOME", "/2")] };

        Assert.Equal("2 /2\n", await options.OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task An_empty_value_is_a_value(string engine) =>
        Assert.Equal(
            "empty empty unset\n",
            await (Step.On(engine, "echo ${A-unset}empty ${GOPATH-unset}empty ${B-unset}") with { EnvironmentVariables = [new("A", ""), new("GOPATH", "")] }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task Variables_of_this_process_stay_here(string engine)
    {
        // Podman takes a name that ends in a star for all of its own variables that start so.
        var output = await (Step.Direct(engine, "cat", "/proc/self/environ") with { EnvironmentVariables = [new("TMP*", "a"), new("*", "b")] }).OutputAsync();

        Assert.DoesNotContain(TestRun.Folder, output, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "TMP*=a", "*=b" }, output.Split('\0').ToHashSet());
    }

    [Theory]
    [EachEngine]
    public async Task Names_need_not_be_words_of_a_shell(string engine)
    {
        EnvironmentVariable[] variables = [new("a.b", "1"), new("a-b", "2"), new("ü", "3"), new("a b", "4"), new("-x", "5"), new("--privileged", "6"), new("1", "7")];
        var output = await (Step.Direct(engine, "cat", "/proc/self/environ") with { EnvironmentVariables = variables }).OutputAsync();

        Assert.Superset(variables.ToHashSet(), Read(output.TrimEnd('\0').Split('\0')).ToHashSet());
    }

    private static readonly Comparer<EnvironmentVariable> ByName = Comparer<EnvironmentVariable>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name));

    private static IEnumerable<EnvironmentVariable> Read(IEnumerable<string> lines) =>
        lines.Select(line => line.Split('=', 2)).Select(parts => new EnvironmentVariable(parts[0], parts[1]));
}
