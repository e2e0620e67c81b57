namespace RestrictedRunner.PackageTests;

/// <summary>Every build of these tests is checked for MSB4018, RRB9001 and stack traces; these go looking for them.</summary>
public class OddInputTests
{
    private const string Valid = "Image='busybox:latest' Command='true'";

    // %00 is how a project file can hold a NUL.
    [Theory]
    [InlineData("Image='busybox%00' Command='true'", "RRB1002")]
    [InlineData("Image='busybox' Command='tr%00ue'", "RRB1011")]
    [InlineData("Image='busybox' Arguments='tr%00ue'", "RRB1011")]
    [InlineData(Valid + " Mounts='a%00b:/x'", "RRB1011")]
    [InlineData(Valid + " Mounts='.:/x%00'", "RRB1011")]
    [InlineData(Valid + " Mounts=':/x'", "RRB1006")]
    [InlineData(Valid + " StandardInput='a%00b'", "RRB1011")]
    [InlineData(Valid + " Engine='./a%00b'", "RRB1011")]
    [InlineData(Valid + " Engine='a%00b'", "RRB1011")]
    [InlineData(Valid + " Shell='s%00h'", "RRB1011")]
    [InlineData(Valid + " EnvironmentVariables='A=a%00b'", "RRB1011")]
    [InlineData(Valid + " EnvironmentVariables='A%00=b'", "RRB1011")]
    [InlineData(Valid + " EnvironmentVariables='=b'", "RRB1010")]
    [InlineData(Valid + " PrepareCommand='tr%00ue'", "RRB1011")]
    [InlineData(Valid + " Labels='a=b%00'", "RRB1011")]
    [InlineData(Valid + " AddHost='a:1%00'", "RRB1003")]
    [InlineData(Valid + " Engine=' '", "RRB2001")]
    [InlineData(Valid + " StandardInput='.'", "RRB1012")]
    // MSBuild itself reads numbers and booleans.
    [InlineData(Valid + " Timeout='soon'", "MSB4030")]
    [InlineData(Valid + " ReadOnly='maybe'", "MSB4030")]
    [InlineData(Valid + " NoSuchParameter='1'", "MSB4064")]
    public async Task It_is_a_coded_error(string attributes, string code)
    {
        var project = TestProject.WithTarget($"<DockerExec {attributes} />");

        var build = await project.BuildAsync();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains(code, build.Errors.Select(error => error.Code));
    }

    [EngineFact]
    public async Task A_value_longer_than_the_system_takes_is_a_coded_error()
    {
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' Command='true' EnvironmentVariables='LONG={new string('x', 200_000)}' />");

        var build = await project.BuildAsync();

        Assert.Equal("RRB3005", build.FailedWithOneError().Code);
    }

    [EngineFact]
    public async Task A_command_of_a_megabyte_works()
    {
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' Command='x={new string('x', 1_000_000)}; echo ${{#x}}' />");

        var build = await project.BuildAsync();

        Assert.Equal(["1000000"], build.SucceededWithoutWarnings().Output);
    }
}
