using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;
using Action = RestrictedRunner.Build.RemoteExecution.Action;
using Directory = RestrictedRunner.Build.RemoteExecution.Directory;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace RestrictedRunner.Tests;

/// <summary>Against digests that were made with the whole of the API's own definition.</summary>
public sealed class DigestsTests : IDisposable
{
    private static readonly Digest Hello = Digests.Of("hello\n"u8);
    private static readonly Directory Source = new() { Files = { new FileNode { Name = "a.txt", Digest = Hello } } };
    private static readonly Directory Root = new() { Directories = { new DirectoryNode { Name = "src", Digest = Digests.Of(Source) } } };

    private static readonly Command Copy = new()
    {
        Arguments = { "/bin/sh", "-c", "cp src/a.txt out.txt" },
        EnvironmentVariables =
        {
            new Command.Types.EnvironmentVariable { Name = "SOURCE_DATE_EPOCH", Value = "0" },
            new Command.Types.EnvironmentVariable { Name = "TZ", Value = "UTC" },
        },
        OutputPaths = { "out.txt" },
    };

    private static readonly Action Step = new()
    {
        CommandDigest = Digests.Of(Copy),
        InputRootDigest = Digests.Of(Root),
        Timeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)),
        Platform = new Platform
        {
            Properties =
            {
                new Platform.Types.Property { Name = "OSFamily", Value = "linux" },
                new Platform.Types.Property { Name = "container-image", Value = $"docker://docker.io/library/busybox@sha256:{new string('0', 64)}" },
            },
        },
    };

    private static readonly ActionResult Result = new()
    {
        OutputFiles = { new OutputFile { Path = "out.txt", Digest = Hello } },
        ExecutionMetadata = new ExecutedActionMetadata { Worker = "restricted-runner" },
    };

    private readonly string _file = Path.GetTempFileName();

    public static TheoryData<string, IMessage> Messages => new()
    {
        { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/0", new Directory() },
        { "eb8d6f9545e418ae849cc6319cf0d810d7dd4e01e0eb5d603817eeb64b87b9f3/79", Source },
        { "7c5751e838c9ecdf4734944bfea4c39defac3e75ad60998d205206cf01d39926/77", Root },
        { "c5b4243317156a81b91fb14e307c346c347ff4ed9b3cc2f97f5ff7ee9ef9fa75/79", Copy },
        { "208841804ce2f858e0e34a9e99b9d7c43c2e457d6cf441a1309921fecbd9d17e/293", Step },
        { "39c42daab4312291bdbf8a110f7fb9d2d39df51fd2de04816b7179206fa0a4e6/102", Result },
    };

    public void Dispose() => File.Delete(_file);

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public void A_message_has_the_digest_that_others_give_it(string digest, IMessage message) =>
        Assert.Equal(digest, Text(Digests.Of(message)));

    [Fact]
    public void Bytes_have_the_digest_that_sha256sum_gives_them() =>
        Assert.Equal("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03/6", Text(Hello));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData(1_000_000)]
    public void A_file_has_the_digest_of_its_bytes(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        File.WriteAllBytes(_file, content);

        Assert.Equal(Digests.Of(content), Digests.OfFile(_file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_that_another_program_writes_to_can_be_read()
    {
        using var writer = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.Read);
        writer.Write(Encoding.UTF8.GetBytes("hello\n"));
        writer.Flush();

        Assert.Equal(Hello, Digests.OfFile(_file, TestContext.Current.CancellationToken));
    }

    private static string Text(Digest digest) => $"{digest.Hash}/{digest.SizeBytes}";
}
