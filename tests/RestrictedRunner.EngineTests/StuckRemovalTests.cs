namespace RestrictedRunner.EngineTests;

/// <summary>A container that docker does not get rid of ("Dead"): it says for ever that the removal is under way.</summary>
public class StuckRemovalTests
{
    private const string Stuck = """if [ "$1" = rm ]; then echo "Error response from daemon: removal of container $4 is already in progress" >&2; exit 1; fi""";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // Without a cancellation it is waited for ten seconds.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task The_commands_exit_code_comes_all_the_same(string engine)
    {
        using var client = new ClientScript(engine, Stuck);

        var result = await Step.On(client.Path, "exit 1").RunAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("rm", client.Calls);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_code_that_was_not_the_commands_is_told(string engine)
    {
        // The client gives up with it while its container runs; by the end of the wait that has come to an end.
        using var client = new ClientScript(engine, $$"""{{Stuck}}; if [ "$1" = run ]; then {{engine}} "$@"; exit 1; fi""");

        var failure = await Assert.ThrowsAsync<RunnerException>(() => Step.On(client.Path, "exit 3").RunAsync().WaitAsync(Limit, TestContext.Current.CancellationToken));

        Assert.Equal(RunnerFailure.Interrupted, failure.Failure);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task A_cancellation_ends_the_wait(string engine)
    {
        using var client = new ClientScript(engine, Stuck);
        using var cancellation = new CancellationTokenSource();
        var run = DockerRunner.RunAsync(Step.On(client.Path, "exit 1"), cancellation: cancellation.Token);

        var failure = await Assert.ThrowsAsync<RunnerException>(() => CancelInRemovalAsync(client, run, cancellation));

        Assert.Equal(RunnerFailure.NotRemoved, failure.Failure);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task An_engine_that_was_lost_is_told(string engine)
    {
        using var client = new ClientScript(engine, $"""{Stuck}; if [ "$1" = run ]; then echo 'error waiting for container: unexpected EOF' >&2; exit 125; fi""");

        var failure = await Assert.ThrowsAsync<RunnerException>(() => Step.On(client.Path, "true").RunAsync().WaitAsync(Limit, TestContext.Current.CancellationToken));

        Assert.Equal(RunnerFailure.EngineLost, failure.Failure);
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task The_search_for_abandoned_containers_comes_to_an_end(string engine)
    {
        // The number of this process, at a time when it was another's.
        var owner = string.Join('.', [.. Host.OfThisMachine.Owner.Text.Split('.')[..^1], "1"]);
        var list = string.Join("; ", Enumerable.Range(0, 3).Select(number => $$"""echo 'rr-{{number:d32}} {"restricted-runner.owner":"{{owner}}"}'"""));
        using var client = new ClientScript(engine, $$"""{{Stuck}}; if [ "$1" = ps ]; then {{list}}; exit; fi""");
        using var cancellation = new CancellationTokenSource();
        var search = DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = client.Path }, cancellation.Token);

        await CancelInRemovalAsync(client, search, cancellation);

        Assert.Empty(await search);
    }

    private static async Task CancelInRemovalAsync(ClientScript client, Task run, CancellationTokenSource cancellation)
    {
        await Until.IsSoAsync(Soon, () => client.Calls.Contains("rm") || run.IsCompleted);
        await cancellation.CancelAsync();
        await run.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }
}
