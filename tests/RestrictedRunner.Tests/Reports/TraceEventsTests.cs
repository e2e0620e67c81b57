using System.Text.Json;
using CsCheck;
using RestrictedRunner.Build.Reports;

namespace RestrictedRunner.Tests.Reports;

public class TraceEventsTests
{
    private static readonly Gen<ReportedStep> Steps = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 50], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Bool).Select((project, start, looking, running, waits) => new ReportedStep
    {
        Project = $"/p{project}.csproj",
        Name = "</script>\"\n",
        Phases =
        [
            .. waits ? new[] { SampleReport.Phase(StepPhase.WaitingForSlot, 0, start) } : [],
            SampleReport.Phase(StepPhase.Looking, start, start + looking),
            SampleReport.Phase(StepPhase.Running, start + looking, start + looking + running),
        ],
    });

    [Fact]
    public void Steps_of_a_lane_come_one_after_the_other_with_their_phases_in_them() =>
        Steps.Array[1, 12].Sample(steps =>
        {
            var events = Events(BuildReport.Of(steps));
            var ofSteps = events.Where(e => Text(e, "cat") == "step").ToList();

            Assert.Equal(steps.Length, ofSteps.Count);
            foreach (var lane in ofSteps.GroupBy(Lane))
            {
                var inOrder = lane.OrderBy(Start).ToList();
                Assert.All(inOrder.Skip(1).Zip(inOrder), pair => Assert.True(Start(pair.First) >= End(pair.Second)));
            }

            Assert.All(events.Where(e => Text(e, "cat") == "phase"), phase => Assert.Single(ofSteps, step => Lane(step) == Lane(phase) && Start(step) <= Start(phase) && End(step) >= End(phase)));
        });

    [Fact]
    public void Projects_and_lanes_have_names_and_times_are_microseconds_since_the_build_began()
    {
        var events = Events(BuildReport.Of(
        [
            new() { Project = "/a.csproj", Framework = "net8.0", Name = "One", Causes = ["Command changed"], Phases = [SampleReport.Phase(StepPhase.WaitingForSlot, 0, 1), SampleReport.Phase(StepPhase.Running, 1, 3)] },
            new() { Project = "/a.csproj", Name = "NotRun", State = ReportedState.NotRun },
            new() { Project = "/b.csproj", Name = "Two", Phases = [SampleReport.Phase(StepPhase.Pulling, 2, 3)] },
        ]));

        Assert.Equal(
            [
                """{"name":"process_name","ph":"M","pid":1,"tid":0,"args":{"name":"/a.csproj"}}""",
                """{"name":"thread_name","ph":"M","pid":1,"tid":0,"args":{"name":"lane 1"}}""",
                """{"name":"One (net8.0)","cat":"step","ph":"X","ts":1000000,"dur":2000000,"pid":1,"tid":0,"args":{"state":"up to date","why":"Command changed","image":"","key":""}}""",
                """{"name":"running","cat":"phase","ph":"X","ts":1000000,"dur":2000000,"pid":1,"tid":0}""",
                """{"name":"process_name","ph":"M","pid":2,"tid":0,"args":{"name":"/b.csproj"}}""",
                """{"name":"thread_name","ph":"M","pid":2,"tid":0,"args":{"name":"lane 1"}}""",
                """{"name":"Two","cat":"step","ph":"X","ts":2000000,"dur":1000000,"pid":2,"tid":0,"args":{"state":"up to date","why":"","image":"","key":""}}""",
                """{"name":"pulling","cat":"phase","ph":"X","ts":2000000,"dur":1000000,"pid":2,"tid":0}""",
            ],
            events.Select(e => e.GetRawText()));
    }

    private static List<JsonElement> Events(BuildReport report) => [.. JsonDocument.Parse(TraceEvents.Of(report)).RootElement.GetProperty("traceEvents").EnumerateArray()];

    private static string Text(JsonElement e, string name) => e.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static (int, int) Lane(JsonElement e) => (e.GetProperty("pid").GetInt32(), e.GetProperty("tid").GetInt32());

    private static long Start(JsonElement e) => e.GetProperty("ts").GetInt64();

    private static long End(JsonElement e) => Start(e) + e.GetProperty("dur").GetInt64();
}
