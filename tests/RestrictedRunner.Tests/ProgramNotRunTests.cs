using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class ProgramNotRunTests
{
    [Theory]
    [InlineData("/tools:$PATH", "; nothing expands '$' there")]
    [InlineData("/tools", "")]
    public void A_PATH_that_the_step_sets_hides_the_images_programs(string path, string expanded)
    {
        StepOptions options = new() { Image = "i", EnvironmentVariables = [new("PATH", path)] };
        var text = $"is not in the PATH that EnvironmentVariables give to the step, '{path}', which replaces the image's{expanded}. Set it in the script: PrepareCommand=\"export PATH=/folder:$PATH\".";

        Assert.Equal($"'sh' {text}", ProgramNotRun.NotFound("sh", options, ""));
        Assert.Equal($"'make' {text}", Hint(127, "make: not found", options));
        Assert.DoesNotContain("PATH", ProgramNotRun.NotFound("/opt/make", options, ""), StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_in_one_item_are_told_to_be_several() =>
        Assert.Equal("Image 'i' has no program 'echo a b'. Arguments has an item for each word: Arguments=\"echo;a;b\".", ProgramNotRun.NotFound("echo a b", new() { Image = "i", Arguments = ["echo a b"] }, ""));

    [Theory]
    [InlineData("copy", "cp")]
    [InlineData("CMD", "sh")]
    public void A_command_of_Windows_is_in_no_image(string name, string ofLinux)
    {
        var text = $"It is a command of Windows; what is nearest to it in Linux is '{ofLinux}'.";

        Assert.Equal($"Image 'i' has no program '{name}'. {text}", ProgramNotRun.NotFound(name, new() { Image = "i" }, ""));
        Assert.Equal(text, Hint(127, $"{name}: not found", new()));
    }

    [Theory]
    [InlineData(127, "make: not found", "Use an image that has 'make'.")]
    [InlineData(1, "make: not found", "")]
    [InlineData(127, "shopt: not found", "'shopt' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData(2, "set: Illegal option -o pipefail", "'pipefail' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData(2, "Bad substitution", "That may be a form that only bash knows: set Shell=\"bash\" then, with an image that has it.")]
    public void What_the_shell_stopped_at_is_told(int exitCode, string complaint, string hint) => Assert.Equal(hint, Hint(exitCode, complaint, new()));

    [Theory]
    [InlineData("bash")]
    [InlineData("/bin/bash -e")]
    public void Where_bash_reads_the_script_it_is_no_form_of_bash(string shell) => Assert.Empty(Hint(2, "Bad substitution", new() { Shell = shell }));

    private static string Hint(int exitCode, string complaint, StepOptions options) =>
        ProgramNotRun.Hint(new(options, exitCode, new("Command", 1, complaint), KeptOutput.None with { LastLines = complaint }, ImageSettings.None), _ => null);
}
