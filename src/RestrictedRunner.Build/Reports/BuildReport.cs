using System.Text.Json;
using System.Text.Json.Serialization;

namespace RestrictedRunner.Build.Reports;

/// <summary>All steps of a build.</summary>
/// <param name="Began">When the first of them began to wait or to be looked at: microseconds since 1970.</param>
/// <param name="Steps">In the order in which they began.</param>
internal sealed record BuildReport(long Began, IReadOnlyList<ReportedStep> Steps)
{
    private const int Version = 1;

    // Its encoder writes what HTML would take for markup as \u003C and the like, so that no text ends the element that holds it.
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>The report of steps of several projects.</summary>
    public static BuildReport Of(IEnumerable<ReportedStep> steps)
    {
        List<ReportedStep> all = [.. steps.OrderBy(Start).ThenBy(static step => step.Project, StringComparer.Ordinal).ThenBy(static step => step.Name, StringComparer.Ordinal)];
        return new(all.Count == 0 || Start(all[0]) == long.MaxValue ? 0 : Start(all[0]), all);
    }

    /// <summary>When it began.</summary>
    public DateTime BeganAt => DateTime.UnixEpoch.AddTicks(Began * TimeSpan.TicksPerMicrosecond);

    /// <summary>Microseconds from then until the last step ended.</summary>
    public long Duration => Steps.SelectMany(static step => step.Phases).Select(time => time.End - Began).DefaultIfEmpty(0).Max();

    /// <summary>What the page holds for scripts: times are microseconds since the build began.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new { Version, Began = BeganAt, Duration, Steps = Steps.Select(step => step with { Phases = [.. step.Phases.Select(SinceBegin)] }) },
        Form);

    /// <summary>The steps of one project as one line, for whoever joins them.</summary>
    public static string PartOf(IReadOnlyList<ReportedStep> steps) => JsonSerializer.Serialize(steps, Form);

    /// <summary>Reads what <see cref="PartOf"/> wrote; nothing from a line that was not written to its end.</summary>
    public static IReadOnlyList<ReportedStep> ReadPart(string part)
    {
        try
        {
            return JsonSerializer.Deserialize<ReportedStep[]>(part, Form) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The time of a phase since the build began.</summary>
    public PhaseTime SinceBegin(PhaseTime time) => time with { Start = time.Start - Began, End = time.End - Began };

    // A step that was not run comes last.
    private static long Start(ReportedStep step) => step.Phases.Count == 0 ? long.MaxValue : step.Phases[0].Start;
}
