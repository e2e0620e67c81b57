using System.Globalization;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Benchmarks;

/// <summary>A task that logs numbers, as <c>seq</c> prints them, and does nothing else.</summary>
public sealed class LogLines : Microsoft.Build.Utilities.Task
{
    /// <summary>How many.</summary>
    public int Count { get; set; }

    public override bool Execute()
    {
        for (var i = 1; i <= Count; i++)
        {
            Log.LogMessage(MessageImportance.High, i.ToString(CultureInfo.InvariantCulture));
        }

        return true;
    }
}
