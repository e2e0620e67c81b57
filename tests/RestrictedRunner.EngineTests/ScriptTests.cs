using System.Globalization;
using System.Text;

namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class ScriptTests(SharedContainers containers)
{
    [Theory]
    [EachEngine("X=5; echo \"$X\"", "5\n")]
    [EachEngine("echo `echo back`tick $(echo dollar) '$HOME' \"\\$HOME\" \\\\ 'a\\b'", "backtick dollar $HOME $HOME \\ a\\b\n")]
    [EachEngine("printf '%s|' a\\ b \"c  d\" 'e\"f'", "a b|c  d|e\"f|")]
    [EachEngine("printf %s%% 100", "100%")]
    [EachEngine("echo one; echo two && echo three | tr t T", "one\ntwo\nThree\n")]
    [EachEngine("echo 'grün 日本 😀'", "grün 日本 😀\n")]
    [EachEngine("cat <<'END'\n$X `id` \\\nEND", "$X `id` \\\n")]
    [EachEngine("# only a comment", "")]
    [EachEngine("-x 2>/dev/null; echo $?", "127\n")]
    public async Task A_shell_reads_the_text_once(string engine, string command, string printed) =>
        Assert.Equal(printed, await containers.OutputAsync(Step.On(engine, command)));

    [Theory]
    [EachEngine]
    public async Task Line_ends_of_Windows_are_line_ends(string engine) =>
        Assert.Equal("a|\nb|\n", await containers.OutputAsync(Step.On(engine, "for x in a b\r\ndo\r\n  echo \"$x|\"\r\ndone\r\n")));

    [Theory]
    [EachEngine]
    public async Task A_script_of_a_megabyte_runs(string engine)
    {
        var script = new StringBuilder("sum=0\n");
        var lines = 0;
        while (script.Length < 1024 * 1024)
        {
            script.Append(CultureInfo.InvariantCulture, $"sum=$((sum + 1)) # {new string('.', 80)}\n");
            lines++;
        }

        script.Append("echo $sum\n");

        Assert.Equal($"{lines}\n", await Step.On(engine, script.ToString()).OutputAsync());
    }

    [Theory]
    [EachEngine(0)]
    [EachEngine(1)]
    [EachEngine(42)]
    [EachEngine(125)]
    [EachEngine(126)]
    [EachEngine(127)]
    [EachEngine(255)]
    public async Task The_exit_code_is_the_scripts_own(string engine, int code)
    {
        var result = await Step.On(engine, $"echo out; echo err >&2; exit {code}").RunAsync();

        Assert.Equal((code, "out\n", "err\n", false), (result.ExitCode, result.StandardOutput, result.StandardError, result.PrepareFailed));
    }

    [Theory]
    [EachEngine]
    public async Task A_command_that_the_shell_does_not_find_is_the_scripts_failure(string engine)
    {
        var result = await containers.RunAsync(Step.On(engine, "no-such-program --version"));

        Assert.Equal((127, ""), (result.ExitCode, result.StandardOutput));
        Assert.EndsWith("no-such-program: not found\n", result.StandardError, StringComparison.Ordinal);
    }

    [SeesFiles]
    [Theory]
    [EachEngine]
    public async Task The_scripts_file_cannot_be_written(string engine)
    {
        var result = await Step.On(engine, "echo x >>/.restricted-runner.sh").RunAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("Read-only file system\n", result.StandardError, StringComparison.Ordinal);
    }
}
