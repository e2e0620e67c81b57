using CsCheck;
using RestrictedRunner.TestSupport;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Tests.Workers;

public class StepScriptTests
{
    private static readonly string[] OddTexts = ["", "\n", "'", "\\", "$(exit 9)", "`exit 9`", "ä", "\t"];

    private static readonly Gen<string> Odd = Gen.Int[0, OddTexts.Length - 1].Select(i => OddTexts[i]);

    [Fact]
    public void A_step_enters_its_folder_connects_its_output_and_becomes_its_command() =>
        Assert.Equal(
            """
            export A=1
            export B='it'\''s'
            cd -P '/project/a b' && command -v sh >/dev/null || exit 127
            exec </dev/null >/.restricted-runner.output/stdout 2>/.restricted-runner.output/stderr && echo
            unset OLDPWD SHLVL
            exec sh /.restricted-runner.sh

            """,
            StepScript.Of(new() { WorkDir = "/project/a b", EnvironmentVariables = [new("A", "1"), new("B", "it's")] }, ["sh", "/.restricted-runner.sh"]));

    // Whatever a variable's text is, a shell reads all of it and nothing after it.
    [Fact]
    public void Any_text_is_one_word_of_a_shell()
    {
        Assert.SkipWhen(Here.Host.IsWindows, "Windows has no such shell.");
        Gen.Select(Gen.Char[' ', '~'].Array[0, 20], Odd).Select((text, odd) => $"{new string(text)}{odd}{new string(text)}").Array[1, 30].Sample(
            texts =>
            {
                var script = StepScript.Of(new() { WorkDir = "/", EnvironmentVariables = [.. texts.Select((text, i) => new EnvironmentVariable($"V{i}", text))] }, ["sh"]);
                var exports = script[..script.IndexOf("\ncd -P", StringComparison.Ordinal)];

                Assert.Equal(string.Concat(texts.Select(text => $"{text}|")), Client.OutputAsync("sh", "-c", $"{exports}\n{string.Concat(texts.Select((_, i) => $"printf '%s|' \"$V{i}\"\n"))}echo .").GetAwaiter().GetResult()[..^1]);
            },
            iter: 20);
    }
}
