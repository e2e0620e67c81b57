using System.Net.Sockets;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Alone: with these sockets, this process is a node of MSBuild to all tasks that run in it.</summary>
[Collection(nameof(BuildLinkTests))]
[CollectionDefinition(nameof(BuildLinkTests), DisableParallelization = true)]
public sealed class BuildLinkTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("build-link-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("MSBuild12345")]
    [InlineData("MSBuildServer-0HFgXyTRsSNUN7pkn0z37Zo2+Xw7lEPmBG8rxPWogN4")]
    public async Task A_node_whose_build_goes_away_is_told(string name)
    {
        using var node = Listen(name);
        using var build = await ConnectAsync(name);
        using var ofBuild = await node.AcceptAsync(TestContext.Current.CancellationToken);
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = BuildLink.Find()?.Watch(() => broken.TrySetResult());

        Assert.NotNull(watch);
        // What the build sends, and nobody has read yet, is no end.
        await build.SendAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => broken.Task.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));

        // MSBuild closes a node's end up to a second later, when it has cancelled what runs.
        build.Dispose();
        await broken.Task.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    // Its number may be another file's by then.
    [Fact]
    public async Task A_node_that_has_closed_its_end_is_told()
    {
        using var node = Listen("MSBuild12345");
        using var build = await ConnectAsync("MSBuild12345");
        using var ofBuild = await node.AcceptAsync(TestContext.Current.CancellationToken);
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = BuildLink.Find()?.Watch(() => broken.TrySetResult());

        var number = (int)ofBuild.Handle;
        ofBuild.Dispose();
        using var other = File.OpenHandle("/dev/null");

        Assert.Equal(number, (int)other.DangerousGetHandle());
        await broken.Task.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_node_whose_build_has_gone_is_told_at_once()
    {
        using var node = Listen("MSBuildServer-x");
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        using var watch = BuildLink.Find()?.Watch(() => broken.TrySetResult());

        await broken.Task.WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_process_that_is_no_node_has_no_link()
    {
        Assert.Null(BuildLink.Find());

        using var other = Listen("MSBuildOther");
        Assert.Null(BuildLink.Find());
    }

    private Socket Listen(string name)
    {
        var socket = NewSocket();
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, name)));
        socket.Listen();
        return socket;
    }

    private async Task<Socket> ConnectAsync(string name)
    {
        var socket = NewSocket();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, name)), TestContext.Current.CancellationToken);
        return socket;
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
