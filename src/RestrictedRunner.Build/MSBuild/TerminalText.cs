using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Text for the terminal of a build whose logger shows no messages there. It is written when MSBuild lets go of what tasks have
/// registered: all projects have ended then, and the logger draws no line any more that a text would be mixed with.
/// </summary>
internal sealed class TerminalText : IDisposable
{
    private readonly ConcurrentQueue<string> _texts = new();

    /// <summary>Adds texts, each of one or more lines.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of it.")]
    public static void Add(IBuildEngine engine, IEnumerable<string> texts)
    {
        var build = (IBuildEngine4)engine;
        var key = typeof(TerminalText).FullName!;
        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new TerminalText(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        var terminal = (TerminalText)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
        texts.ToList().ForEach(terminal._texts.Enqueue);
    }

    /// <summary>Writes the texts.</summary>
    public void Dispose()
    {
        // A node of MSBuild's has no terminal.
        if (!Console.IsOutputRedirected)
        {
            Console.Out.Write(string.Concat(_texts.Select(static text => $"{text}{Environment.NewLine}")));
        }
    }
}
