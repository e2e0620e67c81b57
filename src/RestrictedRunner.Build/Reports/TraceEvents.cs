using System.Text.Json;

namespace RestrictedRunner.Build.Reports;

/// <summary>
/// A report as trace events, which Perfetto and <c>chrome://tracing</c> show: a process is a project, and a thread is a lane in
/// which steps come one after the other. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
/// </summary>
internal static class TraceEvents
{
    /// <summary>The file's bytes.</summary>
    public static byte[] Of(BuildReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("displayTimeUnit", "ms");
            json.WriteStartArray("traceEvents");
            var process = 0;
            foreach (var project in report.Steps.GroupBy(static step => step.Project))
            {
                WriteProject(json, ++process, project.Key, report, [.. project]);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteProject(Utf8JsonWriter json, int process, string project, BuildReport report, IReadOnlyList<ReportedStep> steps)
    {
        WriteName(json, "process_name", process, lane: 0, project);
        var ends = new List<long>();
        foreach (var step in steps)
        {
            // While it waits for others or for a slot it has no lane.
            PhaseTime[] phases = [.. step.Phases.SkipWhile(static time => time.Phase < StepPhase.WaitingForLock).Select(report.SinceBegin)];
            if (phases.Length == 0)
            {
                continue;
            }

            var lane = ends.FindIndex(end => end <= phases[0].Start);
            if (lane < 0)
            {
                lane = ends.Count;
                ends.Add(0);
                WriteName(json, "thread_name", process, lane, $"lane {lane + 1}");
            }

            ends[lane] = phases[^1].End;
            WriteEvent(json, step.Framework.Length == 0 ? step.Name : $"{step.Name} ({step.Framework})", "step", process, lane, phases[0].Start, phases[^1].End, step);
            foreach (var phase in phases)
            {
                WriteEvent(json, ReportText.Of(phase.Phase), "phase", process, lane, phase.Start, phase.End, step: null);
            }
        }
    }

    private static void WriteEvent(Utf8JsonWriter json, string name, string category, int process, int lane, long start, long end, ReportedStep? step)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("cat", category);
        json.WriteString("ph", "X");
        json.WriteNumber("ts", start);
        json.WriteNumber("dur", end - start);
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", lane);
        if (step is not null)
        {
            json.WriteStartObject("args");
            json.WriteString("state", ReportText.Of(step.State));
            json.WriteString("why", string.Join(", ", step.Causes));
            json.WriteString("image", step.Image);
            json.WriteString("key", step.Key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // "M" is an event that names something.
    private static void WriteName(Utf8JsonWriter json, string what, int process, int lane, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", what);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", lane);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
