using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using RestrictedRunner.Build.Reports;

namespace RestrictedRunner.Tests.Reports;

public partial class ReportPageTests
{
    private static readonly ReportedStep Step = new()
    {
        Project = "/src/app/app.csproj",
        Framework = "net10.0",
        Name = "Parser",
        Description = "Makes the parser",
        State = ReportedState.Failed,
        Causes = ["input grammar.y changed", "Command changed"],
        Image = "bison:3.8",
        ImageIdentity = "sha256:1a2b",
        Key = "3c4d",
        ExitCode = 137,
        OutOfMemory = true,
        Inputs = new(1, 1),
        Outputs = new(2, 3 * 1024 * 1024),
        Log = "/src/a b/#1%.log",
        Phases = [SampleReport.Phase(StepPhase.Looking, 0, 0.5), SampleReport.Phase(StepPhase.Running, 0.5, 3)],
    };

    // What has a meaning in HTML, in scripts, in JSON and in the page's own places, what no text may hold, and half of a pair.
    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.Const("</script><script>alert(1)</script>"),
        Gen.Const("<!--<script>"),
        Gen.Const("]]>{{script}}{{rows}}"),
        Gen.Const("\" onload=\"alert(1)"),
        Gen.String[Gen.Char["<>&\"'/!-{}$\\ \n\0\u0001\u2028\ud800\udc00éab"], 1, 20]).Select(text => $"x{text}x");

    [Fact]
    public void No_text_becomes_markup_and_each_is_there_for_scripts() =>
        Hostile.Sample(text =>
        {
            var hostile = ReportPage.Of(BuildReport.Of([Filled(text)]));

            Assert.Equal(Tags(ReportPage.Of(BuildReport.Of([Filled("plain")]))), Tags(hostile));
            var step = Steps(hostile)[0];
            Assert.All(["name", "project", "framework", "description", "image", "imageIdentity", "key", "log"], name => Assert.Equal(Wellformed(text), step.GetProperty(name).GetString()));
        });

    [Fact]
    public void A_page_without_scripts_has_all_that_is_known()
    {
        var page = ReportPage.Of(BuildReport.Of([Step, Step with { Name = "Two", State = ReportedState.NotRun, Phases = [], Log = "" }]));

        string[] expected =
        [
            "2030-03-17 17:46:40 UTC. 2 steps of 1 project in 3.00 s: 1 failed, 1 not run.",
            """<th scope="row">Parser <small>net10.0</small>""",
            """<td title="/src/app/app.csproj">app.csproj</td>""",
            """<td class="state Failed">failed</td>""",
            """<td class="number">0.00 s</td>""",
            """<td class="number">3.00 s</td>""",
            "<dt>Description</dt><dd>Makes the parser</dd>",
            "<dt>Why</dt><dd>input grammar.y changed<br>Command changed</dd>",
            "<dt>Image</dt><dd>bison:3.8</dd>",
            "<dt>Image is</dt><dd>sha256:1a2b</dd>",
            "<dt>Key</dt><dd>3c4d</dd>",
            "<dt>Exit code</dt><dd>137 (out of memory)</dd>",
            "<dt>Inputs</dt><dd>1 file, 1 byte</dd>",
            "<dt>Outputs</dt><dd>2 files, 3.0 MiB</dd>",
            """<dt>Log</dt><dd><a href="file:///src/a%20b/%231%25.log">/src/a b/#1%.log</a></dd>""",
            "<dt>Times</dt><dd>looking 0.50 s, from 0.00 s on<br>running 2.50 s, from 0.50 s on</dd>",
            """<svg role="img" aria-label="looking 0.50 s, running 2.50 s" """,
            """<rect class="running" x="166.7" width="833.3" """,
            """<td class="state NotRun">not run</td>""",
        ];
        Assert.All(expected, text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"C:\a b\c.log", "file:///C%3A/a%20b/c.log")]
    [InlineData(@"\\server\share\c.log", "file://server/share/c.log")]
    [InlineData(@"/a\b/c.log", "file:///a%5Cb/c.log")]
    public void A_link_is_one_to_a_file_of_any_system(string path, string link) =>
        Assert.Contains($"<a href=\"{link}\">", ReportPage.Of(BuildReport.Of([Step with { Log = path }])), StringComparison.Ordinal);

    // The policy is what keeps the page from the network, whatever is in it.
    [Fact]
    public void The_policy_allows_the_script_and_style_of_the_page_and_nothing_else()
    {
        var page = ReportPage.Of(SampleReport.Of(5));

        Assert.Contains($"content=\"default-src 'none'; style-src 'sha256-{HashOf("<style>", "</style>")}'; script-src 'sha256-{HashOf("<script>", "</script>")}'; base-uri 'none'; form-action 'none'\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)http:|https:|@import|url\\(|\\ssrc=|\\sstyle=|\\son[a-z]+=", page);

        string HashOf(string start, string end)
        {
            var content = page[(page.IndexOf(start, StringComparison.Ordinal) + start.Length)..];
            return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content[..content.IndexOf(end, StringComparison.Ordinal)])));
        }
    }

    [Fact]
    public void A_build_of_no_steps_has_a_page_too() =>
        Assert.Contains("0 steps of 0 projects in 0.00 s.", ReportPage.Of(BuildReport.Of([])), StringComparison.Ordinal);

    [Fact]
    public void What_a_project_writes_down_is_read_again_and_half_of_it_is_nothing() =>
        Hostile.Sample(text =>
        {
            var part = BuildReport.PartOf([Filled(Wellformed(text)), Step]);

            Assert.DoesNotContain('\n', part);
            Assert.Equal(part, BuildReport.PartOf(BuildReport.ReadPart(part)));
            Assert.Empty(BuildReport.ReadPart(part[..^1]));
        });

    private static ReportedStep Filled(string text) => Step with { Project = text, Framework = text, Name = text, Description = text, Causes = [text], Image = text, ImageIdentity = text, Key = text, Log = text };

    private static string Wellformed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static List<string> Tags(string page) => [.. Tag().Matches(page).Select(match => match.Value)];

    private static JsonElement Steps(string page) => JsonDocument.Parse(Data().Match(page).Groups["json"].Value).RootElement.GetProperty("steps");

    // Elements, and names of attributes.
    [GeneratedRegex("<[A-Za-z/!?][^\\s>]*|(?<=\\s)[\\w-]+=\"")]
    private static partial Regex Tag();

    [GeneratedRegex("""<script id="report" type="application/json">(?<json>.*?)</script>""", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Data();
}
