using RestrictedRunner.Build.Reports;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Reports;

/// <summary>The report's page in a real browser, which <c>build/browser.sh</c> installs.</summary>
[Trait("Tier", "Long")]
public sealed class ReportInBrowserTests : IDisposable
{
    private const string Visible = "[...document.querySelectorAll('tbody tr')].filter(row => !row.hidden && row.getClientRects().length > 0)";
    private const string FirstNames = $"{Visible}.slice(0, 2).map(row => row.querySelector('th').firstChild.textContent).join()";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_thousand_steps_are_sorted_and_filtered_by_keyboard()
    {
        var page = Write(SampleReport.Of(1000));
        await using var browser = await Browser.OpenAsync(page);

        Assert.Equal("Steps of the build", await browser.TextAsync("document.querySelector('h1').innerText"));
        Assert.Equal("1000 of 1000 steps are shown", await browser.TextAsync("document.getElementById('shown').innerText"));
        Assert.Equal("Step 0000,Step 0010", await browser.TextAsync(FirstNames));
        Assert.Equal("Step ↕,Project ↕,State ↕,Began ▲,Took ↕,Timeline", await browser.TextAsync("[...document.querySelectorAll('thead th')].map(head => head.innerText + (head.querySelector('button') ? getComputedStyle(head.querySelector('button'), '::after').content.replaceAll('\"', '') : '')).join()"));

        await browser.TabToAsync("it.id === 'name'");
        foreach (var key in "004")
        {
            await browser.PressAsync($"{key}");
        }

        Assert.Equal("11 of 1000 steps are shown", await browser.TextAsync("document.getElementById('shown').innerText"));
        Assert.Equal("11", await browser.TextAsync($"{Visible}.length"));
        await browser.TabToAsync("it.id === 'state'");
        await browser.PressAsync("ArrowDown");
        Assert.Equal("failed: 2 of 1000 steps are shown", await browser.TextAsync("document.getElementById('state').value + ': ' + document.getElementById('shown').innerText"));
        await browser.TabToAsync("it.id === 'project'");
        await browser.PressAsync("ArrowDown");
        Assert.Equal("/src/p0/p0.csproj: 0 of 1000 steps are shown", await browser.TextAsync("document.getElementById('project').value + ': ' + document.getElementById('shown').innerText"));
        await browser.EvaluateAsync("document.getElementById('filters').reset(); document.getElementById('name').dispatchEvent(new Event('input'))");

        foreach (var (column, sort, first) in new[] { ("Took", "ascending", "Step 0004,Step 0014"), ("Took", "descending", "Step 0020,Step 0090"), ("Step", "ascending", "Step 0000,Step 0001"), ("Step", "descending", "Step 0999,Step 0998"), ("State", "ascending", "Step 0003,Step 0013"), ("Project", "descending", "Step 0009,Step 0019"), ("Began", "ascending", "Step 0000,Step 0010") })
        {
            if (await browser.TextAsync("document.activeElement.innerText") != column)
            {
                await browser.EvaluateAsync("document.getElementById('project').focus()");
                await browser.TabToAsync($"it.innerText === '{column}'");
            }

            Assert.NotEqual("none", await browser.TextAsync("getComputedStyle(document.activeElement).outlineStyle"));
            for (var presses = 0; await browser.TextAsync("document.activeElement.closest('th').getAttribute('aria-sort')") != sort; presses++)
            {
                Assert.InRange(presses, 0, 1);
                await browser.PressAsync("Enter");
            }

            Assert.Equal($"{column} {sort} {first}", $"{column} {await browser.TextAsync("document.querySelector('th[aria-sort]').getAttribute('aria-sort')")} {await browser.TextAsync(FirstNames)}");
        }

        Assert.Equal([new Uri(page).AbsoluteUri], browser.Requests);
        Assert.Empty(browser.Complaints);
    }

    [Theory]
    [InlineData("light", "rgb(255, 255, 255)")]
    [InlineData("dark", "rgb(20, 24, 29)")]
    public async Task Axe_finds_nothing(string scheme, string background)
    {
        await using var browser = await Browser.OpenAsync(Write(SampleReport.Of(12)));
        await browser.PreferAsync(scheme);
        await browser.EvaluateAsync("document.querySelectorAll('details')[3].open = true");
        Assert.Equal(background, await browser.TextAsync("getComputedStyle(document.body).backgroundColor"));
        await browser.EvaluateAsync(File.ReadAllText(Directory.GetFiles(Path.Combine(Repository.Root, "artifacts", "axe"), "axe.min.js", SearchOption.AllDirectories).Single()));

        var found = await browser.EvaluateAsync("axe.run().then(result => ({ violations: result.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.html + ' ' + node.failureSummary).join()), passes: result.passes.map(rule => rule.id) }))");

        Assert.Empty(found!["violations"]!.AsArray().Select(rule => $"{rule}"));
        Assert.Subset(found["passes"]!.AsArray().Select(rule => $"{rule}").ToHashSet(), new HashSet<string> { "color-contrast", "button-name", "label", "select-name", "svg-img-alt", "document-title", "region" });
        await File.WriteAllBytesAsync(Path.Combine(Repository.Root, "artifacts", $"report-{scheme}.png"), await browser.ScreenshotAsync(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Hostile_names_are_text_and_without_scripts_there_is_a_table()
    {
        const string Name = "</script><script>document.title = 'pwned'</script><img src=x onerror=\"document.title = 'pwned'\">";
        var page = Write(BuildReport.Of([new() { Name = Name, Project = Name, Causes = [Name], Image = Name, Log = "/javascript:alert(1)", Phases = [SampleReport.Phase(StepPhase.Running, 0, 1)] }]));
        foreach (var scripts in new[] { true, false })
        {
            await using var browser = await Browser.OpenAsync(page, scripts);

            Assert.Equal(Name, await browser.TextAsync("document.querySelector('tbody th').firstChild.textContent"));
            Assert.StartsWith("Steps of the build of 2030", await browser.TextAsync("document.title"), StringComparison.Ordinal);
            Assert.Equal($"{!scripts}".ToLowerInvariant(), await browser.TextAsync("document.getElementById('filters').hidden"));
            Assert.Equal("file:///javascript%3Aalert%281%29", await browser.TextAsync("document.querySelector('dd a').href"));
            Assert.Equal([new Uri(page).AbsoluteUri], browser.Requests);
            Assert.Empty(browser.Complaints);
        }
    }

    private string Write(BuildReport report) => _folder.Write("report.html", ReportPage.Of(report));
}
