using System.Globalization;
using System.Text;
using RestrictedRunner.Options;
using RestrictedRunner.Output;

namespace RestrictedRunner.Workers;

/// <summary>What a shared container's shell reads to become one step: a pure function of the step's options.</summary>
internal static class StepScript
{
    /// <summary>The text of <c>step.sh</c>.</summary>
    /// <param name="options">The step's options.</param>
    /// <param name="words">The words of its command.</param>
    public static string Of(StepOptions options, IReadOnlyList<string> words)
    {
        var script = new StringBuilder();
        foreach (var (name, value) in options.EnvironmentVariables)
        {
            script.Append("export ").Append(name).Append('=').Append(ShellWords.Quote(value)).Append('\n');
        }

        // In its own container a shell has not been anywhere before, and none has counted it.
        script.Append(CultureInfo.InvariantCulture, $"""
            cd -P {ShellWords.Quote(options.WorkDir)} && command -v {ShellWords.Quote(words[0])} >/dev/null || exit 127
            exec </dev/null >{OutputPipes.MountPoint}/{OutputPipes.StandardOutput} 2>{OutputPipes.MountPoint}/{OutputPipes.StandardError} && echo
            unset OLDPWD SHLVL
            exec {ShellWords.Join(words)}

            """);
        return script.ToString();
    }
}
