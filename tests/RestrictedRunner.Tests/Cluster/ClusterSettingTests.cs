using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Hosts;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>What a project says of a cluster.</summary>
public class ClusterSettingTests
{
    private const string Variable = "HEADER";

    [Theory]
    [InlineData("Authorization: x", "", "no.pem", "DockerExecCacheCaBundle", "no.pem", "it cannot be used: Could not find file")]
    [InlineData("Authorization: x", "empty.pem", "", "DockerExecCacheCertificate", "empty.pem", "it cannot be used: ")]
    [InlineData("Authorization: x", "no.pem", "empty.pem", "DockerExecCacheCaBundle", "empty.pem", "it cannot be used: It has no certificate")]
    [InlineData("secret", "", "", "DockerExecCacheHeader", Variable, "the environment variable of this name does not hold a header, 'Name: value'")]
    public void Who_asks_is_said_by_the_property_that_is_wrong(string header, string certificate, string caBundle, string property, string value, string reason)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["empty.pem"], "");
        var host = Here.Host with { Variable = name => name == Variable ? header : null };
        var setting = ClusterSetting.Read(new("grpcs://cluster", "", Variable, certificate, caBundle, IsContinuousIntegration: false), "", folder.Path, host, static problem => Assert.Fail($"{problem}"))!;

        var failure = Assert.Throws<ServerException>(() => new ClusterConnection(setting, "build", told: null, host));
        var problem = setting.ProblemOf(failure);

        Assert.Equal((OptionProblemKind.ValueInvalid, property, value), (problem.Kind, problem.Parameter, Path.GetFileName(problem.Value)));
        Assert.StartsWith(reason, problem.Reason, StringComparison.Ordinal);
        Assert.False(problem.Reason.EndsWith('.'));
        Assert.DoesNotContain("secret", $"{problem}", StringComparison.Ordinal);
    }
}
