using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class RewrittenTextTests
{
    [Theory]
    [InlineData("echo '<a />' &gt; x.xml", "/.restricted-runner.sh: line 1: gt: not found\n/.restricted-runner.sh: line 1: x.xml: not found", "&gt;")]
    [InlineData("echo '<a />' &amp;&amp; true", "bash: line 1: amp: command not found", "&amp;")]
    public void It_is_told_with_what_to_write(string command, string output, string entity) =>
        Assert.Equal($"The shell got '{entity}': MSBuild reads an attribute of an item that holds XML as such, and writes it again. Write the command as an element, <Command>…</Command>.", Hint(command, output));

    [Theory]
    [InlineData("echo '<a>&gt;</a>'; tool", "/.restricted-runner.sh: line 1: tool: not found")]
    [InlineData("echo '<a />' > x.xml; gt", "/.restricted-runner.sh: line 1: gt: not found")]
    public void Anything_else_is_not(string command, string output) => Assert.Equal("", Hint(command, output));

    private static string Hint(string command, string output) =>
        RewrittenText.Hint(new(new() { Command = command }, 127, At: null, KeptOutput.None with { LastLines = output }, ImageSettings.None));
}
