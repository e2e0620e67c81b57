using System.Text.RegularExpressions;

namespace RestrictedRunner.PackageTests.SameAsExec;

/// <summary>
/// A difference that is meant, and so has a row in docs/exec-differences.md. Some show wherever there is a failure, a variable or a
/// container, and are taken out of the logs here; the others are stated by the snippets that have them.
/// </summary>
/// <param name="Row">First cell of its row.</param>
internal sealed partial record Difference(string Row)
{
    public static readonly Difference Failures = new("Errors of a command that failed")
    {
        InExec = line => [ExecFailure().Replace(line, "$1 FAILED $2: $3")],
        InDockerExec = line => [DockerExecFailure().Replace(line, "$1 FAILED $2: $3")],
    };

    public static readonly Difference CommandLine = new("The engine's command line") { InDockerExec = line => EngineCommandLine().IsMatch(line) ? [] : [line] };

    public static readonly Difference VariableValues = new("Values of `EnvironmentVariables`") { InExec = line => PassedVariable().IsMatch(line) ? [] : [line] };

    public static readonly Difference TaskName = new("The task's name")
    {
        InDockerExec = line => [line.Replace(" DOCKEREXEC(0,0) ", " EXEC(0,0) ", StringComparison.Ordinal).Replace("\"DockerExec\"", "\"Exec\"", StringComparison.Ordinal)],
    };

    public static readonly Difference GccCodes = new("Codes of gcc's messages")
    {
        InExec = line => [MadeUpCode().Replace(line, "$1  ")],
    };

    public static readonly Difference Flood = new("A flood of lines")
    {
        InDockerExec = line => Numbers().Match(line) is { Success: true } numbers ? numbers.Groups["number"].Captures.Select(number => $"message High: {number.Value}") : [line],
    };

    public static readonly Difference UnknownFormats = new("Formats that MSBuild does not know");
    public static readonly Difference Colours = new("Colours");
    public static readonly Difference Timeout = new("`Timeout`");
    public static readonly Difference BadValues = new("Bad values");
    public static readonly Difference UseCommandProcessor = new("`UseCommandProcessor`");
    public static readonly Difference ToolExe = new("`ToolExe`, `ToolPath`");
    public static readonly Difference WorkingDirectory = new("No `WorkingDirectory`");
    public static readonly Difference Paths = new("Paths");
    public static readonly Difference BuildEnvironment = new("Variables of the build");
    public static readonly Difference StandardInput = new("Standard input");
    public static readonly Difference Backslashes = new("Backslashes in `ConsoleOutput`");
    public static readonly Difference CutOff = new("A character that is cut off");
    public static readonly Difference Stream = new("Metadata `Stream`");
    public static readonly Difference WideErrors = new("`StdErrEncoding`");
    public static readonly Difference NoSuchProgram = new("A program that is not there");
    public static readonly Difference Order = new("Order of the two streams");

    public static readonly IReadOnlyList<Difference> All =
    [
        Failures, CommandLine, VariableValues, TaskName, GccCodes, Flood, UnknownFormats, Colours, Timeout, BadValues, UseCommandProcessor, ToolExe, WorkingDirectory, Paths, BuildEnvironment,
        StandardInput, Backslashes, CutOff, Stream, WideErrors, NoSuchProgram, Order,
    ];

    /// <summary>Takes the difference out of a line of Exec's log.</summary>
    public Func<string, IEnumerable<string>> InExec { get; init; } = line => [line];

    /// <summary>Takes it out of a line of DockerExec's log.</summary>
    public Func<string, IEnumerable<string>> InDockerExec { get; init; } = line => [line];

    public override string ToString() => Row;

    [GeneratedRegex("""^(error|warning) MSB30(?:73|75|77) (\S+ ): The command ".*" exited with (?:code|return value) (-?\d+)[.,].*$""", RegexOptions.Singleline)]
    private static partial Regex ExecFailure();

    [GeneratedRegex(@"^(error|warning) RRB300[18] (\S+ ): The command (?:exited with code|returned) (-?\d+) in image 'busybox:latest'[.,].*$", RegexOptions.Singleline)]
    private static partial Regex DockerExecFailure();

    [GeneratedRegex("^message Low: /.*/docker run --rm --name rr-.* busybox:latest ", RegexOptions.Singleline)]
    private static partial Regex EngineCommandLine();

    [GeneratedRegex("^(error|warning) G[0-9A-F]{8} ")]
    private static partial Regex MadeUpCode();

    [GeneratedRegex("^message High: ((?<number>[0-9]+)\n?)+$", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();

    [GeneratedRegex("^message Low: (Environment Variables passed to tool:|  [A-Z]+=.*)$")]
    private static partial Regex PassedVariable();
}
