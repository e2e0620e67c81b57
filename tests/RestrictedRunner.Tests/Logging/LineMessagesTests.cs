using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests.Logging;

public class LineMessagesTests
{
    private readonly HeardEvents _heard = new(out _);
    private readonly LineMessages _messages;

    public LineMessagesTests() => _messages = new(new TaskLoggingHelper(_heard, "DockerExec"));

    [Fact]
    public void Each_line_is_a_message_until_there_are_many()
    {
        Flood();

        Assert.Equal(LineMessages.OneByOne, _heard.Messages.Count);
        Assert.Equal((MessageImportance.High, "0"), _heard.Messages[0]);
        Assert.Equal((MessageImportance.High, $"{LineMessages.OneByOne - 1}"), _heard.Messages[^1]);
    }

    [Fact]
    public void Then_lines_are_logged_together_when_no_more_have_arrived()
    {
        Flood();
        Add("a", "", "  b", "");
        Assert.Equal(LineMessages.OneByOne, _heard.Messages.Count);

        _messages.Flush();
        _messages.Flush();

        Assert.Equal([(MessageImportance.High, "a\n\n  b\n")], After());
    }

    [Fact]
    public void A_blank_line_alone_is_a_message()
    {
        Flood();
        Add("");
        _messages.Flush();

        Assert.Equal([(MessageImportance.High, "")], After());
    }

    [Fact]
    public void Lines_of_another_importance_are_another_message()
    {
        Flood();
        Add("a", "b");
        _messages.Add(MessageImportance.Low, "c");
        Add("d");
        _messages.Flush();

        Assert.Equal([(MessageImportance.High, "a\nb"), (MessageImportance.Low, "c"), (MessageImportance.High, "d")], After());
    }

    [Fact]
    public void A_message_is_of_bounded_length_but_no_line_is_cut()
    {
        var longLine = new string('x', 100_000);
        Flood();
        Add("a", longLine, "b");
        Add([.. Enumerable.Repeat("0123456789", 10_000)]);
        _messages.Flush();

        var texts = After().Select(message => message.Text).ToList();
        Assert.Equal(["a", longLine], texts.Take(2));
        Assert.All(texts.Skip(2), text => Assert.InRange(text.Length, 1, 40_000));
        Assert.Equal(["b", .. Enumerable.Repeat("0123456789", 10_000)], texts.Skip(2).SelectMany(text => text.Split('\n')));
    }

    private void Flood() => Add([.. Enumerable.Range(0, LineMessages.OneByOne).Select(number => $"{number}")]);

    private void Add(params string[] lines)
    {
        foreach (var line in lines)
        {
            _messages.Add(MessageImportance.High, line);
        }
    }

    private IEnumerable<(MessageImportance Importance, string Text)> After() => _heard.Messages.Skip(LineMessages.OneByOne);
}
