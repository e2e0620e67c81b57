using System.Reflection;
using Microsoft.Build.Framework;
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
        _logs = new(engine);
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
