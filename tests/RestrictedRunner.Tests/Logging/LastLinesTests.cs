using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class LastLinesTests
{
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(3, 0, 3, 0)]
    [InlineData(0, 3, 0, 3)]
    [InlineData(3, 3, 3, 3)]
    [InlineData(60, 1, 14, 1)]
    [InlineData(1, 60, 1, 14)]
    [InlineData(60, 60, 5, 10)]
    [InlineData(60, 0, 15, 0)]
    [InlineData(0, 60, 0, 15)]
    public void Each_stream_has_its_last_lines_and_standard_error_more_of_them(int outputs, int errors, int shownOutputs, int shownErrors)
    {
        string[] output = [.. Enumerable.Range(1, outputs).Select(number => $"o{number}")];
        string[] error = [.. Enumerable.Range(1, errors).Select(number => $"e{number}")];
        string[] expected =
        [
            .. shownOutputs > 0 ? ["The last lines of standard output:", .. output[^shownOutputs..]] : Array.Empty<string>(),
            .. shownErrors > 0 ? ["The last lines of standard error:", .. error[^shownErrors..]] : Array.Empty<string>(),
        ];

        Assert.Equal(string.Join('\n', expected), LastLines.Of(output, error));
    }
}
