using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class ProjectPropertiesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("<PropertyGroup><DockerExecImgae>x</DockerExecImgae></PropertyGroup>")]
    [InlineData("<PropertyGroup><Other>x</Other><!-- y --><DockerExecImgae Condition='true' /></PropertyGroup>")]
    [InlineData("<PropertyGroup /><PropertyGroup><DockerExecImgae>x</DockerExecImgae></PropertyGroup>")]
    [InlineData("<Choose><When Condition='true'><PropertyGroup><DockerExecImgae>x</DockerExecImgae></PropertyGroup></When></Choose>")]
    [InlineData("<Target Name='T'><PropertyGroup><DockerExecImgae>x</DockerExecImgae></PropertyGroup></Target>")]
    public void A_property_that_there_is_not_is_found(string content) => Assert.Equal(["DockerExecImgae"], Unknown($"<Project>{content}</Project>"));

    [Theory]
    [InlineData("<PropertyGroup><DockerExecImage>x</DockerExecImage></PropertyGroup>")]
    [InlineData("<PropertyGroup /><DockerExecImgae />")]
    [InlineData("<PropertyGroup><DockerExecutable>x</DockerExecutable><DockerExecutor>x</DockerExecutor><DockerExec>x</DockerExec><DockerExec_x>x</DockerExec_x></PropertyGroup>")]
    [InlineData("<ItemGroup><DockerExecStep Include='S' DockerExecImgae='x'><DockerExecImgae>x</DockerExecImgae></DockerExecStep></ItemGroup>")]
    [InlineData("<PropertyGroup><!-- <DockerExecImgae>x</DockerExecImgae> --></PropertyGroup>")]
    [InlineData("<PropertyGroup><Text><DockerExecImgae>x</DockerExecImgae></Text></PropertyGroup>")]
    public void Nothing_else_is_taken_for_one(string content) => Assert.Empty(Unknown($"<Project>{content}</Project>"));

    [Fact]
    public void A_document_type_and_a_namespace_hide_nothing() =>
        Assert.Equal(
            ["DockerExecImgae"],
            Unknown("""<!DOCTYPE Project><Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><PropertyGroup><DockerExecImgae>x</DockerExecImgae></PropertyGroup></Project>"""));

    [Fact]
    public void What_cannot_be_read_has_none()
    {
        Assert.Empty(Unknown("<Project><PropertyGroup><DockerExecImgae>"));
        File.Delete(_file);
        Assert.Empty(Unknown(content: null));
    }

    [Fact]
    public void The_command_line_and_the_environment_set_properties_too()
    {
        var names = new List<string>();

        ProjectProperties.Unknown([], ["Configuration", "DockerExecRemot", "DockerExecCacheUrl"], ["PATH", "DOCKEREXECUTABLE", "DOCKEREXECCACHEURL", "DockerExecRemoteFalback", "DockerExecRemot"], StepReader.PropertyNames, names.Add);

        Assert.Equal(["DockerExecRemot", "DockerExecRemoteFalback"], names);
    }

    private List<string> Unknown(string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(_file, content);
        }

        var names = new List<string>();
        ProjectProperties.Unknown([_file], [], [], StepReader.PropertyNames, names.Add);
        return names;
    }
}
