using RestrictedRunner.Build.Reports;

namespace RestrictedRunner.Tests.Reports;

/// <summary>Steps for reports, whose times are seconds.</summary>
internal static class SampleReport
{
    public const long Second = 1_000_000;

    private const long Began = 1_900_000_000 * Second;

    public static PhaseTime Phase(StepPhase phase, double start, double end) => new(phase, Began + (long)(start * Second), Began + (long)(end * Second));

    /// <summary>So many steps of ten projects, of all states.</summary>
    public static BuildReport Of(int steps) => BuildReport.Of(Enumerable.Range(0, steps).Select(i => new ReportedStep
    {
        Project = $"/src/p{i % 10}/p{i % 10}.csproj",
        Name = $"Step {i:D4}",
        State = (ReportedState)(i % 5),
        Causes = i % 5 is 0 or 4 ? [] : [$"input {i}.txt changed", "Command changed"],
        Image = "busybox:latest",
        ImageIdentity = $"sha256:{new string('a', 64)}",
        Key = $"{i:x64}",
        ExitCode = i % 5 == 3 ? 7 : null,
        Inputs = new(3, 2048),
        Outputs = new(1, 12),
        Log = i % 5 == 3 ? $"/src/obj/docker-exec/{i}.docker-exec.log" : "",
        Phases = i % 5 == 4 ? [] : [Phase(StepPhase.WaitingForSlot, 0, i / 10), Phase(StepPhase.Looking, i / 10, (i / 10) + 0.25), Phase(StepPhase.Running, (i / 10) + 0.25, (i / 10) + 1 + (i % 7))],
    }));
}
