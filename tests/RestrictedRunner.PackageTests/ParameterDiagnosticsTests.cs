namespace RestrictedRunner.PackageTests;

public class ParameterDiagnosticsTests
{
    [Theory]
    [InlineData("RRB1001", "", "docker runner requires 'image' option: give Image, such as Image=\"alpine:3.20\"; a property that it names may not be set, and DockerExecImage is for declared steps and for tasks with Defaults=\"@(DockerExecDefault)\".")]
    [InlineData("RRB1001", "Image=''", "docker runner requires 'image' option: give Image, such as Image=\"alpine:3.20\"; a property that it names may not be set, and DockerExecImage is for declared steps and for tasks with Defaults=\"@(DockerExecDefault)\".")]
    [InlineData("RRB1002", "Image='Busybox'", "Image 'Busybox': the name of an image is written in lower case.")]
    [InlineData("RRB1002", "Image='--privileged'", "Image '--privileged': an image is written [registry[:port]/]name[:tag][@sha256:digest].")]
    [InlineData("RRB1003", "Image='i' Memory='lots'", "Memory 'lots': a size is a number with b, k, m or g, such as 512m.")]
    [InlineData("RRB1003", "Image='i' MemorySwappiness='101'", "MemorySwappiness '101': it is 0 to 100, or -1 for the engine's default.")]
    [InlineData("RRB1003", "Image='i' User='--privileged'", "User '--privileged': a user is a name, uid or uid:gid, or current.")]
    [InlineData("RRB1003", "Image='i' Pull='sometimes'", "Pull 'sometimes': it is missing, always or never.")]
    [InlineData("RRB1003", "Image='i' StandardOutputImportance='loud'", "StandardOutputImportance 'loud': it is high, normal or low.")]
    [InlineData("RRB1003", "Image='i' Labels='restricted-runner.pid=1'", "Labels 'restricted-runner.pid=1': a label is name or name=value, and names that start with restricted-runner. are taken.")]
    [InlineData("RRB1004", "Image='i' Command=''", "There is nothing to run: give Command, such as Command=\"make all\", or Arguments.")]
    [InlineData("RRB1005", "Image='i' Network='host' AllowNetworking='false'", "Network 'host': AllowNetworking is false; remove one of the two.")]
    [InlineData("RRB1005", "Image='i' Arguments='make;all'", "Command 'c': Command and Arguments exclude each other; give one of them.")]
    [InlineData("RRB1006", "Image='i' Mounts='data'", "Mounts 'data': a mount is host:container[:ro] with an absolute container path, or an item with metadata ContainerPath, which a container path with a colon needs.")]
    [InlineData("RRB1006", "Image='i' Mounts='$(Nope):/src'", "Mounts ':/src': its host path is empty, as that of a property without a value.")]
    [InlineData("RRB1006", "Image='i' Mounts='$(Nope):$(Nope)'", "Mounts ':': its host path is empty, as that of a property without a value.")]
    [InlineData("RRB1007", "Image='i' Mounts='nowhere:/x'", "Mounts 'FOLDER/nowhere': the host path does not exist. Create it before the step (MakeDir), or correct the path. A named volume goes into DockerRunOpts=\"-v name:/path\".")]
    [InlineData("RRB1007", "Image='i' Mounts='~/x:/y'", "Mounts 'FOLDER/~/x': the host path does not exist. No shell expands '~' and '$': use $(MSBuildProjectDirectory). Create it before the step (MakeDir), or correct the path. A named volume goes into DockerRunOpts=\"-v name:/path\".")]
    [InlineData("RRB1007", "Image='i' Mounts='$PWD:/y'", "Mounts 'FOLDER/$PWD': the host path does not exist. No shell expands '~' and '$': use $(MSBuildProjectDirectory). Create it before the step (MakeDir), or correct the path. A named volume goes into DockerRunOpts=\"-v name:/path\".")]
    [InlineData("RRB1007", "Image='i' Mounts='/in:$(MSBuildProjectDirectory)'", "Mounts '/in': the host path does not exist, but 'FOLDER' does on the host; perhaps host and container path are swapped. Create it before the step (MakeDir), or correct the path. A named volume goes into DockerRunOpts=\"-v name:/path\".")]
    [InlineData("RRB1008", "Image='i' DockerRunOpts='--init extra'", "DockerRunOpts 'extra': it stands where an option is expected and would be taken for the image.")]
    [InlineData("RRB1009", "Image='i' DockerRunOpts='--volume /tmp:/.restricted-runner.output/x'", "DockerRunOpts '/tmp:/.restricted-runner.output/x': labels and files whose names start with restricted-runner. are the runner's own. Remove it.")]
    [InlineData("RRB1009", "Image='i' DockerRunOpts='--name mine'", "DockerRunOpts '--name': --name is decided by the runner. Remove it.")]
    [InlineData("RRB1010", "Image='i' EnvironmentVariables='NO_VALUE'", "EnvironmentVariables 'NO_VALUE': a variable is NAME=value, where a semicolon in a value is written %3B; of a task also an item with metadata Value.")]
    [InlineData("RRB1011", "Image='i' Entrypoint='a%00b'", "Entrypoint 'a\0b': it holds a NUL character or half a surrogate pair, which no command line can carry.")]
    [InlineData("RRB1012", "Image='i' StandardInput='none.txt'", "StandardInput 'FOLDER/none.txt': there is no such file.")]
    [InlineData("RRB1003", "Image='i' StdOutEncoding='utf-7'", "StdOutEncoding 'utf-7': it is the name of an encoding, such as utf-8, latin1 or windows-1252.")]
    [InlineData("RRB1005", "Image='i' Mounts='.:/x' WorkDir='/x' WorkingDirectory='.'", "WorkingDirectory '.': WorkDir is given too; WorkingDirectory is a path of the host, WorkDir one in the container, and a step has one of them.")]
    [InlineData("RRB1011", "Image='i' LogFile='a%00b'", "LogFile 'a\0b': it holds a NUL character, which no path has.")]
    [InlineData("RRB1014", "Image='i' WorkingDirectory='.'", "WorkingDirectory 'FOLDER': the container does not see this folder of the host: no entry of Mounts is this folder or a parent of it. Add Mounts=\"FOLDER:FOLDER\".")]
    [InlineData("RRB1014", "Image='i' WorkingDirectory='nowhere' Mounts='.:/nowhere'", "WorkingDirectory 'FOLDER/nowhere': there is no such folder on the host.")]
    [InlineData("RRB1014", "Image='i' WorkingDirectory='/in-container/sub' Mounts='.:/in-container'", "WorkingDirectory '/in-container/sub': no mount shows such a folder of the host; it is a path of the container: that goes into WorkDir.")]
    [InlineData("RRB1013", "Image='i' ErrorFormats='['", "ErrorFormats '[': it is no regular expression: Invalid pattern '[' at offset 1. Unterminated [] set.")]
    [InlineData("RRB1013", "Image='i' ErrorFormats='^E: .*$'", "ErrorFormats '^E: .*$': it has no group (?<message>…).")]
    public async Task A_bad_value_has_a_code_and_a_text_that_names_parameter_and_value(string code, string attributes, string text)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        ArgumentNullException.ThrowIfNull(text);
        var command = attributes.Contains("Command=", StringComparison.Ordinal) ? "" : "Command='c'";
        var project = TestProject.WithTarget($"<DockerExec Engine='./client' {command} {attributes} />");
        FakeClient.WriteRecorder(project);

        var build = await project.BuildAsync();

        Assert.Equal(project.ErrorAtStep(code, text.Replace("FOLDER", project.Folder, StringComparison.Ordinal)), build.FailedWithOneError());
        Assert.Empty(FakeClient.Calls(project));
    }
}
