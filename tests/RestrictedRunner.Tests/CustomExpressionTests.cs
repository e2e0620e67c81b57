using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class CustomExpressionTests
{
    private readonly List<OptionProblem> _problems = [];

    [Fact]
    public void An_empty_expression_matches_nothing()
    {
        var expression = CustomExpression.Read("P", "", _problems.Add);
        Assert.False(expression.Matches("", _problems.Add));
        Assert.Empty(_problems);
    }

    [Fact]
    public void An_invalid_expression_is_told_of_with_its_parameter()
    {
        Assert.False(CustomExpression.Read("P", "(", _problems.Add).Matches("(", _problems.Add));
        Assert.Equal((OptionProblemKind.ValueInvalid, "P", "("), Assert.Single(_problems) is var problem ? (problem.Kind, problem.Parameter, problem.Value) : default);
    }

    [Fact]
    public void An_expression_that_takes_too_long_is_told_of_once_and_not_tried_again()
    {
        var expression = CustomExpression.Read("P", "^(a+)+$", _problems.Add);
        var line = new string('a', 40) + "!";
        Assert.False(expression.Matches(line, _problems.Add));
        Assert.False(expression.Matches(line, _problems.Add));
        Assert.False(expression.Matches("a", _problems.Add));
        Assert.Contains("longer than 5 s", Assert.Single(_problems).Reason, StringComparison.Ordinal);
    }
}
