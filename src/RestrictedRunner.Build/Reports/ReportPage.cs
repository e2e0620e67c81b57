using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Reports;

/// <summary>
/// A report as one page. All of it is HTML that needs no script; the script sorts and filters the rows that are there. A policy in
/// the page lets it load nothing, and run no other script than its own.
/// </summary>
internal static partial class ReportPage
{
    // Of the drawing of a row, which is as wide as its column.
    private const double Width = 1000;
    private const double Narrowest = 2;

    /// <summary>The page's text.</summary>
    public static string Of(BuildReport report)
    {
        var (style, script) = (Resource("page.css"), Resource("page.js"));
        var parts = new Dictionary<string, string>
        {
            ["style"] = style,
            ["styleHash"] = Hash(style),
            ["script"] = script,
            ["scriptHash"] = Hash(script),
            ["began"] = Text(report.BeganAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
            ["sum"] = Text(Sum(report)),
            ["states"] = Choices(report.Steps.Select(static step => ReportText.Of(step.State))),
            ["projects"] = Choices(report.Steps.Select(static step => step.Project)),
            ["legend"] = string.Concat(Enum.GetValues<StepPhase>().Select(ReportText.ClassOf).Distinct().Select(static name => $"<li><span class=\"key {name}\"></span>{name}</li>")),
            ["rows"] = string.Concat(report.Steps.Select((step, i) => Row(report, step, i))),
            ["data"] = report.ToJson(),
        };

        // In one go, so that nothing is taken for a place that is in what fills another one.
        return Place().Replace(Resource("page.html"), place => parts[place.Groups["name"].Value]);
    }

    private static string Row(BuildReport report, ReportedStep step, int i)
    {
        var first = step.Phases.Count == 0 ? "" : ReportText.Seconds(report.SinceBegin(step.Phases[0]).Start);
        return $"""
            <tr id="step{i}">
            <th scope="row">{Text(step.Name)}{(step.Framework.Length > 0 ? $" <small>{Text(step.Framework)}</small>" : "")}</th>
            <td title="{Text(step.Project)}">{Text(ProjectName(step.Project))}</td>
            <td class="state {step.State}">{ReportText.Of(step.State)}</td>
            <td class="number">{first}</td>
            <td class="number">{(first.Length > 0 ? ReportText.Seconds(step.Duration()) : "")}</td>
            <td class="timeline">{Bars(report, step)}{Details(report, step)}</td>
            </tr>

            """;
    }

    private static string Details(BuildReport report, ReportedStep step)
    {
        (string Name, string Value)[] facts =
        [
            ("Description", Text(step.Description)),
            ("Why", string.Join("<br>", step.Causes.Select(Text))),
            ("Image", Text(step.Image)),
            ("Image is", Text(step.ImageIdentity)),
            ("Key", Text(step.Key)),
            ("Exit code", step.ExitCode is { } code ? $"{code}{(step.OutOfMemory ? " (out of memory)" : "")}" : ""),
            ("Inputs", step.Key.Length > 0 || step.Inputs.Files > 0 ? ReportText.Of(step.Inputs) : ""),
            ("Outputs", step.Outputs.Files > 0 ? ReportText.Of(step.Outputs) : ""),
            ("Log", step.Log.Length > 0 ? $"<a href=\"{Text(Link(step.Log))}\">{Text(step.Log)}</a>" : ""),
            ("Project", Text(step.Project)),
            ("Times", string.Join("<br>", step.Phases.Select(time => Text(Told(report, time))))),
        ];
        return $"<details><summary>Details<span class=\"heard\"> of {Text(step.Name)}</span></summary><dl>{string.Concat(facts.Where(static fact => fact.Value.Length > 0).Select(static fact => $"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>"))}</dl></details>";
    }

    private static string Bars(BuildReport report, ReportedStep step)
    {
        if (step.Phases.Count == 0)
        {
            return "";
        }

        var label = string.Join(", ", step.Phases.Select(static time => $"{ReportText.Of(time.Phase)} {ReportText.Seconds(time.End - time.Start)}"));
        return $"<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {Width:F0} 20\" preserveAspectRatio=\"none\">{string.Concat(step.Phases.Select(time => Bar(report, time)))}</svg>";
    }

    private static string Bar(BuildReport report, PhaseTime time)
    {
        var (start, end) = (Math.Min(Position(report, time.Start), Width - Narrowest), Position(report, time.End));
        return string.Create(CultureInfo.InvariantCulture, $"<rect class=\"{ReportText.ClassOf(time.Phase)}\" x=\"{start:F1}\" width=\"{Math.Max(end - start, Narrowest):F1}\" y=\"{(ReportedStep.IsWaiting(time.Phase) ? 8 : 2)}\" height=\"{(ReportedStep.IsWaiting(time.Phase) ? 4 : 16)}\"><title>{Told(report, time)}</title></rect>");
    }

    private static double Position(BuildReport report, long time) => (time - report.Began) * Width / Math.Max(report.Duration, 1);

    private static string Told(BuildReport report, PhaseTime time) => $"{ReportText.Of(time.Phase)} {ReportText.Seconds(time.End - time.Start)}, from {ReportText.Seconds(report.SinceBegin(time).Start)} on";

    private static string Sum(BuildReport report)
    {
        var projects = report.Steps.Select(static step => step.Project).Distinct().Count();
        var states = report.Steps.GroupBy(static step => step.State).OrderBy(static state => state.Key).Select(static state => $"{state.Count()} {ReportText.Of(state.Key)}");
        return $"{Count(report.Steps.Count, "step")} of {Count(projects, "project")} in {ReportText.Seconds(report.Duration)}{(report.Steps.Count > 0 ? $": {string.Join(", ", states)}" : "")}.";
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Choices(IEnumerable<string> values) =>
        string.Concat(values.Distinct().Order(StringComparer.Ordinal).Select(static value => $"<option value=\"{Text(value)}\">{Text(value)}</option>"));

    // Whatever system the path is of.
    private static string ProjectName(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    // An address of a file, of whatever system: /a/b, C:\a\b, \\server\share\a.
    private static string Link(string path)
    {
        var parts = (path.StartsWith('/') ? path : path.Replace('\\', '/')).Split('/').Select(Uri.EscapeDataString);
        return $"file:{(path.StartsWith('/') ? "//" : path.StartsWith('\\') ? "" : "///")}{string.Join('/', parts)}";
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    // As a policy of the page names a script or style: https://www.w3.org/TR/CSP3/#grammardef-hash-source
    private static string Hash(string content) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static string Resource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
