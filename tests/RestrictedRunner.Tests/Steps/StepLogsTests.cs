using System.Reflection;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>The log of a step that has to wait for an older one's.</summary>
public class StepLogsTests
{
    private static readonly DeclaredStep Step = new("Step", new("/project/x.csproj", () => 1));

    private readonly Heard _heard;
    private readonly StepLogs _logs;

    public StepLogsTests()
    {
        var engine = DispatchProxy.Create<IBuildEngine8, Heard>();
        _heard = (Heard)(object)engine;
        _logs = new(engine, Here.Host);
    }

    [Fact]
    public void It_is_logged_when_the_older_one_has_ended()
    {
        var first = _logs.Open(Step);
        using var second = _logs.Open(Step);
        second.Messages.LogMessage(MessageImportance.High, "b");
        first.Messages.LogMessage(MessageImportance.High, "a");
        Assert.Equal(["a"], _heard.Texts);

        first.Dispose();

        Assert.Equal(["a", "b"], _heard.Texts);
    }

    [Fact]
    public void What_waits_is_bounded_and_comes_in_order()
    {
        using var first = _logs.Open(Step);
        using var second = _logs.Open(Step);
        string[] texts = [.. Enumerable.Range(0, 20).Select(number => $"{number} {new string('x', StepLogs.LongestWait / 10)}")];

        foreach (var text in texts.Take(9))
        {
            second.Messages.LogMessage(MessageImportance.High, text);
        }

        Assert.Empty(_heard.Texts);
        foreach (var text in texts.Skip(9))
        {
            second.Messages.LogMessage(MessageImportance.High, text);
        }

        Assert.Equal(texts, _heard.Texts);
    }

    [Fact]
    public void Errors_of_a_step_are_seen_whoever_logs_them()
    {
        using var first = _logs.Open(Step);
        using var second = _logs.Open(Step);
        Assert.False(_logs.HaveErrors);

        new TaskLoggingHelper(second.Engine, "Other").LogError("broke");

        Assert.Equal((false, true, true), (first.HasErrors, second.HasErrors, _logs.HaveErrors));
    }

    [Fact]
    public void Warnings_are_remembered_as_long_as_they_are_not_too_many()
    {
        using var log = _logs.Open(Step);
        log.Messages.LogWarning("told in every build");
        log.ForgetWarnings();
        log.Messages.LogWarning("one");
        Assert.Equal(["one"], log.Warnings!.Select(warning => warning.Message));

        log.Messages.LogWarning(new string('x', StepLogs.LongestWarnings));
        Assert.Null(log.Warnings);

        log.ForgetWarnings();
        Assert.Empty(log.Warnings!);
    }

    /// <summary>An MSBuild that keeps what is logged.</summary>
    public class Heard : DispatchProxy
    {
        private readonly List<string> _texts = [];

        public IReadOnlyList<string> Texts => _texts;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (args is [BuildEventArgs e])
            {
                _texts.Add(e.Message!);
            }

            return targetMethod!.ReturnType == typeof(bool) ? false : null;
        }
    }
}
