using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class ProjectTextTests
{
    private const string Script = "\n    echo one\n    nonsense\n    ";

    [Fact]
    public void A_literal_command_is_on_its_attributes_line() =>
        Assert.Equal(4, Line("<DockerExec Image='i'\n            Command='a; b' />", taskLine: 3, "a; b", 1));

    // MSBuild keeps the line ends of an attribute, so both sorts are in the value.
    [Theory]
    [InlineData("a&#10;nonsense", "a\nnonsense", 2)]
    [InlineData("a\n  nonsense", "a\n  nonsense", 3)]
    [InlineData("a&#xA;\n   nonsense", "a\n\n   nonsense", 3)]
    [InlineData("a\n -b&#10;\n\n   nonsense&#10;", "a\n -b\n\n\n   nonsense\n", 5)]
    [InlineData("a%0Anonsense", "a\nnonsense", 2)]
    [InlineData("a &gt; b&#13;&#10;\r\nnonsense &quot;x&quot;", "a > b\r\n\r\nnonsense \"x\"", 3)]
    public void Lines_of_an_attribute_are_where_they_are_written(string written, string value, int expected)
    {
        ArgumentNullException.ThrowIfNull(value);
        var project = $"<Project>\n<DockerExec Image='i' Command = \"{written}\" Shell='sh' />\n</Project>";
        var line = Array.FindIndex(value.Split('\n'), text => text.Contains("nonsense", StringComparison.Ordinal)) + 1;

        Assert.Equal(expected, ProjectText.LineOf(project, 2, "Command", value, line));
    }

    [Theory]
    [InlineData("<Script><![CDATA[{0}]]></Script>")]
    [InlineData("<script>{0}</script>")]
    [InlineData("<Script>\n<![CDATA[{0}]]>\n</Script>")]
    [InlineData("<Script Condition=\"'x' == 'x'\">{0}</Script>")]
    public void A_property_may_be_written_in_many_ways(string form)
    {
        var property = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Script);
        var project = $"<Project>\n<PropertyGroup>\n{property}\n</PropertyGroup>\n<Target Name='T'>\n<DockerExec Command='$(Script)' />\n</Target>\n</Project>";
        var lines = project.Split('\n').ToList();

        Assert.Equal(
            lines.FindIndex(line => line.Contains("nonsense", StringComparison.Ordinal)) + 1,
            ProjectText.LineOf(project, lines.FindIndex(line => line.Contains("DockerExec", StringComparison.Ordinal)) + 1, "Command", Script, 3));
    }

    [Theory]
    [InlineData("<DockerExec Command='$(Script)' /><!-- no such property -->")]
    [InlineData("<PropertyGroup><Script>a\nb\nc\nd</Script><Script>a\nb\nc\nd</Script></PropertyGroup>\n<DockerExec Command='$(Script)' />")]
    [InlineData("<PropertyGroup><Script>$(Other)</Script></PropertyGroup>\n<DockerExec Command='$(Script)' />")]
    [InlineData("<DockerExec Command='$(A)$(B)' />")]
    [InlineData("<DockerExec Command='a' /><DockerExec Command='b' />")]
    [InlineData("<DockerExec Arguments='a' />")]
    [InlineData("<DockerExec Command='a' /")]
    public void What_cannot_be_told_for_sure_is_not_told(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var project = $"<Project>\n<Target Name='T'>\n{content}\n</Target>\n</Project>";

        Assert.Null(ProjectText.LineOf(project, project[..project.IndexOf("<DockerExec", StringComparison.Ordinal)].Split('\n').Length, "Command", Script, 3));
    }

    private static int? Line(string task, int taskLine, string command, int line) =>
        ProjectText.LineOf($"<Project>\n<Target Name='T'>\n{task}\n</Target>\n</Project>", taskLine, "Command", command, line);
}
