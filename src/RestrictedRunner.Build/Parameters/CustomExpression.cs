using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Parameters;

/// <summary>A regular expression of the user's that tells which lines of output are errors, or warnings.</summary>
internal sealed class CustomExpression
{
    // Against an expression that backtracks without end on some line; a match takes microseconds.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly string _parameter;
    private Regex? _expression;

    private CustomExpression(string parameter, Regex? expression)
    {
        _parameter = parameter;
        _expression = expression;
    }

    /// <summary>One that matches no line.</summary>
    public static CustomExpression None => new("", expression: null);

    /// <summary>Reads an expression; an empty text matches no line.</summary>
    /// <param name="parameter">Where the text is from.</param>
    /// <param name="text">The expression.</param>
    /// <param name="problem">Gets what is wrong with it.</param>
    public static CustomExpression Read(string parameter, string text, Action<OptionProblem> problem)
    {
        try
        {
            return new(parameter, text.Length == 0 ? null : new Regex(text, RegexOptions.None, Limit));
        }
        catch (ArgumentException e)
        {
            problem(new(OptionProblemKind.ValueInvalid, parameter, text, $"it is no regular expression: {e.Message.TrimEnd('.')}"));
            return new(parameter, null);
        }
    }

    /// <summary>True when the line matches. An expression that takes too long is told of once, and matches nothing from then on.</summary>
    public bool Matches(string line, Action<OptionProblem> problem) => _expression is not null && Matches(_expression, line, problem);

    // On its own, because what catches is not inlined, and most steps have no expression for their millions of lines.
    private bool Matches(Regex expression, string line, Action<OptionProblem> problem)
    {
        try
        {
            return expression.IsMatch(line);
        }
        catch (RegexMatchTimeoutException)
        {
            problem(new(OptionProblemKind.ValueInvalid, _parameter, expression.ToString(), $"it took longer than {Limit.TotalSeconds:0} s for one line of output; nested repetitions such as (a+)+ do that"));
            _expression = null;
            return false;
        }
    }
}
