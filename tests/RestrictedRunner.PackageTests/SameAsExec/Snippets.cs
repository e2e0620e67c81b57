namespace RestrictedRunner.PackageTests.SameAsExec;

/// <summary>What is built with both tasks.</summary>
internal static partial class Snippets
{
    // What follows a step to show its outputs.
    private const string Outputs = """<Output TaskParameter="ExitCode" PropertyName="Code" /><Output TaskParameter="ConsoleOutput" ItemName="Line" /></TASK><Message Text="[$(Code)] [@(Line)] [@(Line->Count())]" />""";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Snippet> All =>
    [
        .. Output, .. Formats, .. Expressions, .. Importances, .. StandardErrorAsError, .. ExitCodes, .. ContinueOnError,
        .. ConsoleOutput, .. PassedThrough, .. Environment, .. Encodings, .. Rest,
    ];

    private static Snippet[] Output =>
    [
        new("a line", """<TASK Command="echo hello" />"""),
        new("several lines", """<TASK Command="echo a; echo b; echo c" />"""),
        new("blank lines", """<TASK Command="printf 'a\n\n  \nb\n'" />"""),
        new("no newline at the end", """<TASK Command="printf 'no end'" />"""),
        new("leading and trailing blanks", """<TASK Command="printf '  a  \n\tb\t\n'" />"""),
        new("a progress bar", """<TASK Command="printf 'one\rtwo\rthree\n'" />"""),
        new("lines that end with CR LF", """<TASK Command="printf 'a\r\nb\r\n\r\r\nc'" />"""),
        new("text beyond ASCII", """<TASK Command="echo 'é € 😀 中'" />"""),
        new("bytes that are no UTF-8", """<TASK Command="printf 'a\377b\303\n\342\202\n'" />"""),
        new("a byte order mark", """<TASK Command="printf '\357\273\277a\n\357\273\277b\n'" />"""),
        new("a NUL", """<TASK Command="printf 'a\000b\n'" />"""),
        new("other control characters", """<TASK Command="printf 'a\007\010\013\014b\n\302\205\342\200\250c\n'" />"""),
        new("a long line", """<TASK Command="head -c 100000 /dev/zero | tr '\0' x; echo; echo end" />"""),
        new("many lines", """<TASK Command="seq 2000" />"""),
        new("a flood of lines", """<TASK Command="seq 30000" />"""),
        new("nothing", """<TASK Command=":" />"""),
        new("standard error", """<TASK Command="echo wrong &gt;&amp;2" />"""),
        new("both streams", """<TASK Command="echo a; echo b &gt;&amp;2; echo c; echo d &gt;&amp;2" />""") { InAnyOrder = true },
        new("braces", """<TASK Command="echo '{0} {1} {}' {a}" />"""),
        new("backslashes", """<TASK Command="printf '%s\n' 'a\b\\c' &quot;\\&quot; '\' '\\host\share'" />"""),
        new("variables and substitutions", """<TASK Command="X=5; echo &quot;$X `echo 6` %24((X+2))&quot; '$X'" />"""),
        new("quotes", """<TASK Command="echo &quot;it's&quot; '&quot;q&quot;'" />"""),
        new("semicolons", """<TASK Command="echo 'a;b;;c;'" />"""),
        new("percent signs", """<TASK Command="echo '100%25 %41 %' '%25253B'" />"""),
        new("properties and items", """<PropertyGroup><P>a b;c</P></PropertyGroup><ItemGroup><I Include="x;y" /></ItemGroup><TASK Command="echo '$(P)' '@(I)' '%24(P)'" />"""),
        new("a command of several lines", """<TASK Command="echo a&#xA;echo b&#xA;&#xA;echo c" />"""),
        new("a command with CR LF", """<TASK Command="echo a&#xD;&#xA;echo b" />"""),
        new("a command with blanks around it", """<TASK Command="  echo a  " />"""),
        new("a here document", """<TASK Command="cat &lt;&lt;E&#xA;one&#xA;  two&#xA;E&#xA;echo three" />"""),
        new("pipes and lists", """<TASK Command="echo a | tr a b &amp;&amp; false || echo c" />"""),
        new("angle brackets", """<TASK Command="echo '&lt;a&gt; &amp;amp;'" />"""),
        new("a comment", """<TASK Command="# nothing&#xA;echo a # b" />"""),
        new Snippet("a line with colours", """<TASK Command="printf '\033[1;31mred\033[0m plain\n'" />""").Deviates(
            Difference.Colours,
            ["message High: \e[1;31mred\e[0m plain"],
            ["message High: red plain"]),
        new Snippet("an error with colours", """<TASK Command="printf '\033[31ma.c(1,2): error X1: broken\033[0m\n'" />""").Deviates(
            Difference.Colours,
            ["error X1 \e[31ma.c(1,2) : broken\e[0m"],
            ["error X1 a.c(1,2) : broken"]),
    ];

    private static Snippet[] Formats =>
    [
        new("an error, and a failure", """<TASK Command="echo 'a.c(1,2): error X1: broken'; exit 1" />"""),
        new("an error, and success", """<TASK Command="echo 'a.c(1,2): error X1: broken'">""" + Outputs),
        new("an error on standard error", """<TASK Command="echo 'a.c(1,2): error X1: broken' &gt;&amp;2; exit 2" />"""),
        new("a warning", """<TASK Command="echo 'a.c(1,2): warning X2: careful'">""" + Outputs),
        new("a warning and a failure", """<TASK Command="echo 'a.c(1): warning X2: careful'; exit 3" />"""),
        new("all forms of a place", """<TASK Command="echo 'a(1): warning W: t'; echo 'a(1-2): warning W: t'; echo 'a(1,2-5): warning W: t'; echo 'a(1,2,3,4): warning W: t'; echo 'a(x): warning W: t'" />"""),
        new("an error without a file", """<TASK Command="echo 'error X1: nowhere'; exit 1" />"""),
        new("a warning without a code", """<TASK Command="echo 'warning: careful'; echo 'WARNING : careful'" />"""),
        new("a tool as the origin", """<TASK Command="echo 'tool : warning T1: careful'; echo 'my tool: warning : careful'" />"""),
        new("a subcategory", """<TASK Command="echo 'a.c(1,1): fatal error X1: broken'; exit 1" />"""),
        new("a number before the file", """<TASK Command="echo '1&gt;a.c(1,1): warning X1: broken'" />"""),
        new("an absolute path", """<TASK Command="echo '/no/such/a b.c(1,1): warning X1: broken'; printf '%s\n' 'C:\b.c(1,1): warning X1: broken'" />"""),
        new("no text", """<TASK Command="echo 'a.c(1,1): warning X1:'; echo 'a.c(1,1): warning X1: '" />"""),
        new("lines that only look like one", """<TASK Command="echo '0 error(s), 1 warning(s): done'; echo 'errors: none'; echo 'no warning'; echo 'a.c(1,1): message X1: hello'; echo 'npm error code 1'" />"""),
        new("an error of gcc", """<TASK Command="echo 'src/a.c:3:5: error: broken'; exit 1" />"""),
        new("a warning of gcc", """<TASK Command="echo 'src/a.c:3:5: warning: careful' &gt;&amp;2" />"""),
        new("errors that MSBuild does not know, and success", """<TASK Command="echo 'a.c:3:5: fatal error: none.h: not there'; echo 'a.c:3: error: broken'; echo 'error[E0308]: broken'; echo '  --> a.rs:3:5'; echo './a.go:3:5: broken'; echo 'a.c:(.text+0x5): undefined reference to f'">""" + Outputs),
        new("errors that MSBuild does not know, and IgnoreExitCode", """<TASK Command="echo 'a.c:3: error: broken'; exit 1" IgnoreExitCode="true" />"""),
        new Snippet("errors that MSBuild does not know, and a failure", """<TASK Command="echo 'a.c:3:5: fatal error: none.h: not there'; echo 'error[E0308]: broken'; echo '  --> a.rs:3:5'; exit 1" />""").Deviates(
            Difference.UnknownFormats,
            [],
            ["error  a.c(3,5) fatal: none.h: not there", "error E0308 a.rs(3,5) : broken"]),
        new Snippet("a warning that MSBuild does not know", """<TASK Command="echo 'a.c:3: warning: careful [-Wx]'" />""").Deviates(
            Difference.UnknownFormats,
            ["message High: a.c:3: warning: careful [-Wx]"],
            ["warning -Wx a.c(3,0) : careful [-Wx]"]),
        new("capital letters", """<TASK Command="echo 'ERROR: Could not find'; exit 1" />"""),
        new("an error in a long line", """<TASK Command="printf 'a.c(1,1): warning X1: '; head -c 5000 /dev/zero | tr '\0' x; echo; head -c 500 /dev/zero | tr '\0' y; echo ': warning X2: late'" />"""),
        new("braces in a warning", """<TASK Command="echo 'a.c(1,1): warning X1: {0} {1}'" />"""),
        new("a blank before it", """<TASK Command="echo '   a.c(1,1): warning X1: indented  '" />"""),
        new("IgnoreStandardErrorWarningFormat and success", """<TASK Command="echo 'a.c(1,2): error X1: broken'" IgnoreStandardErrorWarningFormat="true">""" + Outputs),
        new("IgnoreStandardErrorWarningFormat and a failure", """<TASK Command="echo 'a.c(1,2): warning X1: careful' &gt;&amp;2; exit 1" IgnoreStandardErrorWarningFormat="true" />"""),
        new("IgnoreStandardErrorWarningFormat and braces", """<TASK Command="echo 'error: {0}'" IgnoreStandardErrorWarningFormat="true" />"""),
    ];

    private static Snippet[] Expressions =>
    [
        new("CustomErrorRegularExpression", """<TASK Command="echo 'BAD thing'; echo 'good thing'" CustomErrorRegularExpression="^BAD" />"""),
        new("CustomErrorRegularExpression and a failure", """<TASK Command="echo 'BAD thing'; exit 4" CustomErrorRegularExpression="^BAD" />"""),
        new("CustomWarningRegularExpression", """<TASK Command="echo 'odd thing'; echo 'good thing'" CustomWarningRegularExpression="o[dx]d" />"""),
        new("both expressions match", """<TASK Command="echo both" CustomErrorRegularExpression="bo" CustomWarningRegularExpression="th" />"""),
        new("an expression on a line in a known format", """<TASK Command="echo 'a.c(1,2): error X1: broken'" CustomWarningRegularExpression="broken" />"""),
        new("an expression with IgnoreStandardErrorWarningFormat", """<TASK Command="echo 'a.c(1,2): error X1: broken'; echo BAD" IgnoreStandardErrorWarningFormat="true" CustomErrorRegularExpression="^BAD" />"""),
        new("an expression that matches nothing", """<TASK Command="echo a; echo 'a.c(1,2): warning X1: b'" CustomErrorRegularExpression="^$x" />"""),
        new("an expression on standard error", """<TASK Command="echo 'BAD' &gt;&amp;2" CustomWarningRegularExpression="BAD" />"""),
        new("an expression with options and groups", """<TASK Command="echo 'Bad bad'" CustomWarningRegularExpression="(?i)^(b.d) \1$(?!x)" />"""),
        new("an expression on blank lines", """<TASK Command="printf 'a\n\nb\n'" CustomWarningRegularExpression="^$" />"""),
        new("braces in a line that matches", """<TASK Command="echo 'BAD {0} {'" CustomErrorRegularExpression="BAD" ContinueOnError="true" />"""),
        new("an expression and ConsoleToMSBuild", """<TASK Command="echo 'odd'" CustomWarningRegularExpression="odd" ConsoleToMSBuild="true">""" + Outputs),
        new("an expression and IgnoreExitCode", """<TASK Command="echo BAD" CustomErrorRegularExpression="BAD" IgnoreExitCode="true">""" + Outputs),
        new Snippet("an invalid error expression", """<TASK Command="echo a; echo b" CustomErrorRegularExpression="(" />""").Deviates(
            Difference.BadValues,
            ["command High: echo a; echo b", "error MSB3076 step.proj(4,5) : The regular expression \"(\" that was supplied is invalid. Invalid pattern '(' at offset 1. Not enough )'s.", "message High: a", "message High: b", "error FAILED step.proj(4,5) : 0"],
            ["error RRB1003 step.proj(4,5) : CustomErrorRegularExpression '(': it is no regular expression: Invalid pattern '(' at offset 1. Not enough )'s."]),
        new Snippet("an invalid warning expression", """<TASK Command="echo a" CustomWarningRegularExpression="[" ContinueOnError="true" />""").Deviates(
            Difference.BadValues,
            ["command High: echo a", "warning MSB3076 step.proj(4,5) : The regular expression \"[\" that was supplied is invalid. Invalid pattern '[' at offset 1. Unterminated [] set.", "message High: a", "warning FAILED step.proj(4,5) : 0", "message Normal: The previous error was converted to a warning because the task was called with ContinueOnError=true."],
            ["warning RRB1003 step.proj(4,5) : CustomWarningRegularExpression '[': it is no regular expression: Invalid pattern '[' at offset 1. Unterminated [] set."]),
    ];

    private static Snippet[] Importances =>
    [
        new("StandardOutputImportance high", """<TASK Command="echo a" StandardOutputImportance="high" />"""),
        new("StandardOutputImportance normal", """<TASK Command="echo a" StandardOutputImportance="Normal" />"""),
        new("StandardOutputImportance low", """<TASK Command="echo a; echo 'error X1: b'" StandardOutputImportance="LOW" />"""),
        new("StandardErrorImportance high", """<TASK Command="echo a &gt;&amp;2" StandardErrorImportance="HIGH" />"""),
        new("StandardErrorImportance normal", """<TASK Command="echo a &gt;&amp;2" StandardErrorImportance="normal" />"""),
        new("StandardErrorImportance low", """<TASK Command="echo a &gt;&amp;2" StandardErrorImportance="low" StandardOutputImportance="normal" />"""),
        new Snippet("an unknown importance", """<TASK Command="echo a" StandardOutputImportance="loud" />""").Deviates(
            Difference.BadValues,
            ["error MSB4018 step.proj(4,5) : The \"Exec\" task failed unexpectedly.\nSystem.ArgumentException: The resource string \"Message.InvalidImportance\" for the \"Exec\" task cannot be found. Confirm that the resource name \"Message.InvalidImportance\" is correctly spelled, and the resource exists in the task's assembly."],
            ["error RRB1003 step.proj(4,5) : StandardOutputImportance 'loud': it is high, normal or low."]),
    ];

    private static Snippet[] StandardErrorAsError =>
    [
        new("LogStandardErrorAsError and success", """<TASK Command="echo wrong &gt;&amp;2" LogStandardErrorAsError="true" />"""),
        new("LogStandardErrorAsError and a failure", """<TASK Command="echo wrong &gt;&amp;2; exit 6" LogStandardErrorAsError="true" />"""),
        new("LogStandardErrorAsError and nothing on standard error", """<TASK Command="echo fine; echo 'a.c(1): warning X: b'" LogStandardErrorAsError="true" />"""),
        new("LogStandardErrorAsError and blank lines", """<TASK Command="printf '\n  \nx\n' &gt;&amp;2" LogStandardErrorAsError="true" />"""),
        new("LogStandardErrorAsError and lines in a known format", """<TASK Command="echo 'a.c(1): warning X1: careful {0}' &gt;&amp;2" LogStandardErrorAsError="true" />"""),
        new("LogStandardErrorAsError and an expression", """<TASK Command="echo 'odd' &gt;&amp;2" LogStandardErrorAsError="true" CustomWarningRegularExpression="odd" />"""),
        new("LogStandardErrorAsError and ConsoleToMSBuild", """<TASK Command="echo wrong &gt;&amp;2" LogStandardErrorAsError="true" ConsoleToMSBuild="true" ContinueOnError="true">""" + Outputs),
        new("LogStandardErrorAsError and IgnoreExitCode", """<TASK Command="echo wrong &gt;&amp;2" LogStandardErrorAsError="true" IgnoreExitCode="true">""" + Outputs),
    ];

    private static Snippet[] ExitCodes =>
    [
        .. new[] { 1, 2, 5, 42, 126, 127, 128, 130, 137, 255 }.Select(code => new Snippet($"exit code {code}", $"""<TASK Command="exit {code}" />""")),
        new("a killed program", """<TASK Command="sh -c 'kill -9 $$'; exit $?" />"""),
        new("ExitCode after success", """<TASK Command="echo a">""" + Outputs),
        new("IgnoreExitCode", """<TASK Command="echo a; exit 7" IgnoreExitCode="true">""" + Outputs),
        new("IgnoreExitCode and success", """<TASK Command="echo a" IgnoreExitCode="true">""" + Outputs),
        new("IgnoreExitCode and an error", """<TASK Command="echo 'a.c(1): error X: b'" IgnoreExitCode="true">""" + Outputs),
        new("IgnoreExitCode, an error and a failure", """<TASK Command="echo 'a.c(1): error X: b'; exit 8" IgnoreExitCode="true">""" + Outputs),
        new("IgnoreExitCode and EchoOff", """<TASK Command="exit 9" IgnoreExitCode="true" EchoOff="true">""" + Outputs),
        new("EchoOff", """<TASK Command="echo a" EchoOff="true" />"""),
        new("EchoOff and a failure", """<TASK Command="exit 3" EchoOff="true" />"""),
        new("EchoOff, an error and success", """<TASK Command="echo 'error: a'" EchoOff="true" />"""),
        new("steps after a failure", """<TASK Command="exit 1" /><TASK Command="echo not reached" />"""),
    ];

    private static Snippet[] ContinueOnError =>
    [
        .. new[] { "true", "false", "WarnAndContinue", "ErrorAndContinue", "ErrorAndStop" }.Select(how =>
            new Snippet($"ContinueOnError {how}", $"""<TASK Command="echo a; exit 3" ConsoleToMSBuild="true" ContinueOnError="{how}">""" + Outputs)),
        new("ContinueOnError and an error", """<TASK Command="echo 'a.c(1,2): error X1: broken'" ContinueOnError="true">""" + Outputs),
        new("ContinueOnError and a warning", """<TASK Command="echo 'a.c(1,2): warning X1: careful'; exit 1" ContinueOnError="true">""" + Outputs),
        new("a warning that is an error", """<PropertyGroup><MSBuildWarningsAsErrors>X1</MSBuildWarningsAsErrors></PropertyGroup><TASK Command="echo 'a.c(1,2): warning X1: careful'" />"""),
    ];

    private static Snippet[] ConsoleOutput =>
    [
        new("ConsoleToMSBuild", """<TASK Command="echo a; echo b" ConsoleToMSBuild="true">""" + Outputs),
        new("ConsoleToMSBuild into a property", """<TASK Command="echo a; echo b" ConsoleToMSBuild="true"><Output TaskParameter="ConsoleOutput" PropertyName="Text" /></TASK><Message Text="[$(Text)]" />"""),
        new("ConsoleOutput that nobody asked for", """<TASK Command="echo a">""" + Outputs),
        new("captured semicolons", """<TASK Command="echo 'a;b;'; echo ';'" ConsoleToMSBuild="true">""" + Outputs),
        new("captured percent signs", """<TASK Command="printf '%s\n' '%2541' '%253B' '100%' '%2525'" ConsoleToMSBuild="true">""" + Outputs),
        new("captured blanks", """<TASK Command="printf '  a  \n\tb\t\n \n\nc \302\240\n'" ConsoleToMSBuild="true">""" + Outputs),
        new("captured special characters", """<TASK Command="printf '%s\n' '*?@%24()' &quot;it's&quot; '%24(P)' '%40(I)' '*.proj' 'snippet*.proj'" ConsoleToMSBuild="true">""" + Outputs),
        new Snippet("captured backslashes", """<TASK Command="printf '%s\n' 'C:\a\b'" ConsoleToMSBuild="true">""" + Outputs).Deviates(
            Difference.Backslashes,
            ["message Normal: [0] [C:/a/b] [1]"],
            ["message Normal: [0] [C:\\a\\b] [1]"]),
        new("captured lines that are the same", """<TASK Command="echo a; echo a; echo A" ConsoleToMSBuild="true">""" + Outputs),
        new("captured standard error", """<TASK Command="echo a &gt;&amp;2" ConsoleToMSBuild="true">""" + Outputs),
        new("captured errors", """<TASK Command="echo 'a.c(1,2): warning X1: careful'; echo 'error: b'; exit 3" ConsoleToMSBuild="true" ContinueOnError="true">""" + Outputs),
        new("captured text beyond ASCII", """<TASK Command="echo 'é 😀'; printf 'a\000b\001\n'" ConsoleToMSBuild="true">""" + Outputs),
        new("captured with low importance", """<TASK Command="echo a" StandardOutputImportance="low" ConsoleToMSBuild="true">""" + Outputs),
        new("captured items, batched", """<TASK Command="echo 'a=b'; echo c" ConsoleToMSBuild="true"><Output TaskParameter="ConsoleOutput" ItemName="Line" /></TASK><Message Text="[%(Line.Identity)] [%(Line.Filename)]" />"""),
        new Snippet("metadata of captured items", """<TASK Command="echo a" ConsoleToMSBuild="true"><Output TaskParameter="ConsoleOutput" ItemName="Line" /></TASK><Message Text="[@(Line->'%(Stream)')]" />""").Deviates(
            Difference.Stream,
            ["message Normal: []"],
            ["message Normal: [stdout]"]),
    ];

    private static Snippet[] PassedThrough =>
    [
        new("Outputs", """<TASK Command="echo a" Outputs="x.txt;y.txt"><Output TaskParameter="Outputs" ItemName="Made" /></TASK><Message Text="[@(Made)]" />"""),
        new("Outputs with metadata", """<ItemGroup><I Include="a b;*.none"><M>1;2</M></I></ItemGroup><TASK Command="echo a" Outputs="@(I)"><Output TaskParameter="Outputs" ItemName="Made" /></TASK><Message Text="[@(Made)] [@(Made->'%(M)')]" />"""),
        new("Outputs of a step that failed", """<TASK Command="exit 1" Outputs="x" ContinueOnError="true"><Output TaskParameter="Outputs" ItemName="Made" /></TASK><Message Text="[@(Made)]" />"""),
        new("Outputs that were not given", """<TASK Command="echo a"><Output TaskParameter="Outputs" ItemName="Made" /></TASK><Message Text="[@(Made)]" />"""),
        new("Outputs and percent signs", """<TASK Command="echo a" Outputs="%253B;a%3Bb"><Output TaskParameter="Outputs" ItemName="Made" /></TASK><Message Text="[@(Made)] [@(Made->Count())]" />"""),
        new("UseUtf8Encoding", """<TASK Command="echo é" UseUtf8Encoding="Always" />"""),
        new("YieldDuringToolExecution", """<TASK Command="echo a" YieldDuringToolExecution="true" />"""),
        new Snippet("UseCommandProcessor", """<TASK Command="echo a" UseCommandProcessor="true" />""").Deviates(
            Difference.UseCommandProcessor,
            ["command High: echo a", "message High: SCRIPT: 2: -c: not found", "error FAILED step.proj(4,5) : 127", "task failed", "project failed"],
            ["message High: a", "task succeeded", "project succeeded"]),
        new Snippet("ToolExe", """<TASK Command="echo a" ToolExe="bash" />""").Deviates(
            Difference.ToolExe,
            ["command High: echo a", "message High: a", "task succeeded", "project succeeded"],
            ["error MSB4064 step.proj(4,57) : The \"ToolExe\" parameter is not supported by the \"Exec\" task", "error MSB4063 step.proj(4,5) : The \"Exec\" task could not be initialized with its input parameters. ", "task failed", "project failed"]),
        new Snippet("ToolPath", """<TASK Command="echo a" ToolPath="/bin" />""").Deviates(
            Difference.ToolExe,
            ["command High: echo a", "message High: a", "task succeeded", "project succeeded"],
            ["error MSB4064 step.proj(4,57) : The \"ToolPath\" parameter is not supported by the \"Exec\" task", "error MSB4063 step.proj(4,5) : The \"Exec\" task could not be initialized with its input parameters. ", "task failed", "project failed"]),
        new("a condition", """<TASK Command="echo a" Condition="false" /><TASK Command="echo b" Condition="true" />"""),
        new("batching", """<ItemGroup><I Include="a;b" /></ItemGroup><TASK Command="echo %(I.Identity)" />"""),
    ];

    private static Snippet[] Environment =>
    [
        new("a variable", """<TASK Command="echo [$A]" EnvironmentVariables="A=1" />"""),
        new("several variables", """<TASK Command="echo [$A] [$B] [$C]" EnvironmentVariables="A=1;B=;C=x y" />"""),
        new("a variable with an equals sign", """<TASK Command="echo [$A]" EnvironmentVariables="A==b=c=" />"""),
        new("a variable with a semicolon", """<TASK Command="echo [$A]" EnvironmentVariables="A=1%3B2" />"""),
        new("a variable with other characters", """<TASK Command="printf '%s\n' &quot;[$A]&quot;" EnvironmentVariables="A=&quot;$x ' é %2541" />"""),
        new("variables from items", """<ItemGroup><V Include="A=1" /><V Include="B=%24x" /></ItemGroup><TASK Command="echo [$A] [$B]" EnvironmentVariables="@(V)" />"""),
        new("a variable given twice", """<TASK Command="echo [$A]" EnvironmentVariables="A=1;A=2" />"""),
        new Snippet("a variable without a value", """<TASK Command="echo a" EnvironmentVariables="NOVALUE" />""").Deviates(
            Difference.BadValues,
            ["error MSB6007 step.proj(4,5) : The \"NOVALUE\" value passed to the Environment property is not in the format \"name=value\", where the value part may be empty."],
            ["error RRB1010 step.proj(4,5) : EnvironmentVariables 'NOVALUE': a variable is NAME=value, where a semicolon in a value is written %3B; of a task also an item with metadata Value."]),
        new Snippet("a variable without a name", """<TASK Command="echo a" EnvironmentVariables="=1" ContinueOnError="true" />""").Deviates(
            Difference.BadValues,
            ["warning MSB6007 step.proj(4,5) : The \"\" value passed to the Environment property is not in the format \"name=value\", where the value part may be empty."],
            ["warning RRB1010 step.proj(4,5) : EnvironmentVariables '=1': a variable is NAME=value, where a semicolon in a value is written %3B; of a task also an item with metadata Value."]),
        new Snippet("a variable of the build", """<TASK Command="echo [$VARIABLE_OF_THE_BUILD]" />""").Deviates(
            Difference.BuildEnvironment,
            ["message High: [set]"],
            ["message High: []"]),
    ];

    private static Snippet[] Encodings =>
    [
        new("the default encodings", """<TASK Command="echo a"><Output TaskParameter="StdOutEncoding" PropertyName="O" /><Output TaskParameter="StdErrEncoding" PropertyName="E" /></TASK><Message Text="[$(O)] [$(E)]" />"""),
        new("given encodings", """<TASK Command="echo a" StdOutEncoding="latin1" StdErrEncoding="us-ascii"><Output TaskParameter="StdOutEncoding" PropertyName="O" /><Output TaskParameter="StdErrEncoding" PropertyName="E" /></TASK><Message Text="[$(O)] [$(E)]" />"""),
        new("utf-8 by name", """<TASK Command="printf '\303\251\377\n'" StdOutEncoding="UTF-8" />"""),
        new("latin1", """<TASK Command="printf 'caf\351\n\200\237\n'" StdOutEncoding="latin1" />"""),
        new("latin1 on standard error", """<TASK Command="printf 'caf\351: error X1: t\303\251\n' &gt;&amp;2" StdErrEncoding="iso-8859-1" />"""),
        new("windows-1252", """<TASK Command="printf '\200\223\n'" StdOutEncoding="windows-1252"><Output TaskParameter="StdOutEncoding" PropertyName="O" /></TASK><Message Text="[$(O)]" />"""),
        new("shift_jis", """<TASK Command="printf '\202\240\203\134\n\202\242'" StdOutEncoding="shift_jis" />"""),
        new Snippet("a character that is cut off", """<TASK Command="printf 'a\n\342\202'" />""").Deviates(
            Difference.CutOff,
            [],
            ["message High: �"]),
        new("us-ascii", """<TASK Command="printf 'a\351b\n'" StdOutEncoding="us-ascii" />"""),
        new("utf-16", """<TASK Command="printf 'a\000\n\000\n\001b\000\015\000\n\000c\000'" StdOutEncoding="utf-16" />"""),
        new("utf-16 with a byte order mark", """<TASK Command="printf '\377\376a\000\n\000'" StdOutEncoding="utf-16" />"""),
        new("utf-16BE", """<TASK Command="printf '\000a\000\n\000b'" StdOutEncoding="utf-16BE" />"""),
        new("utf-32", """<TASK Command="printf 'a\000\000\000\n\000\000\000'" StdOutEncoding="utf-32" />"""),
        new("another encoding on each stream", """<TASK Command="printf '\351\n'; printf '\303\251\n' &gt;&amp;2" StdOutEncoding="latin1" StdErrEncoding="utf-8" />""") { InAnyOrder = true },
        new Snippet("an unknown encoding", """<TASK Command="echo a" StdOutEncoding="nonsense" />""").Deviates(
            Difference.BadValues,
            ["error MSB3098 step.proj(4,5) : \"Exec\" task received an invalid value for the \"StdOutEncoding\" parameter.", "error MSB6011 step.proj(4,5) : Invalid parameters passed to the Microsoft.Build.Tasks.Exec task."],
            ["error RRB1003 step.proj(4,5) : StdOutEncoding 'nonsense': it is the name of an encoding, such as utf-8, latin1 or windows-1252."]),
        new Snippet("an unknown encoding of standard error", """<TASK Command="echo a" StdErrEncoding="nonsense" ContinueOnError="true" />""").Deviates(
            Difference.BadValues,
            ["warning MSB3098 step.proj(4,5) : \"Exec\" task received an invalid value for the \"StdErrEncoding\" parameter.", "warning MSB6011 step.proj(4,5) : Invalid parameters passed to the Microsoft.Build.Tasks.Exec task.", "message Normal: The previous error was converted to a warning because the task was called with ContinueOnError=true."],
            ["warning RRB1003 step.proj(4,5) : StdErrEncoding 'nonsense': it is the name of an encoding, such as utf-8, latin1 or windows-1252."]),
        new Snippet("utf-16 on standard error", """<TASK Command="printf 'a\000\n\000' &gt;&amp;2" StdErrEncoding="utf-16" />""").Deviates(
            Difference.WideErrors,
            ["command High: printf 'a\\000\\n\\000' >&2", "message High: a", "task succeeded", "project succeeded"],
            ["error RRB1003 step.proj(4,5) : StdErrEncoding 'utf-16': the engine's own words come in standard error too, so its encoding must contain ASCII.", "task failed", "project failed"]),
    ];

    private static Snippet[] Rest =>
    [
        new("a Timeout that is not reached", """<TASK Command="echo a" Timeout="60000">""" + Outputs),
        new("a negative Timeout", """<TASK Command="echo a" Timeout="-1" />"""),
        new Snippet("a Timeout", """<TASK Command="echo a; sleep 60" Timeout="4000" />""").Deviates(
            Difference.Timeout,
            ["warning MSB5002 step.proj(4,5) : Terminating the task executable \"sh\" because it did not finish within the specified limit of 4000 milliseconds.", "error MSB4181 step.proj(4,5) : The \"Exec\" task returned false but did not log an error."],
            ["error RRB3006 step.proj(4,5) : The step ran longer than its Timeout of 4000 ms in image 'busybox:latest' and was stopped; its container is removed. Raise Timeout, or find out what the command waits for.\nThe last lines of standard output:\na\nThe whole output is in PROJECT/obj/docker-exec/step.proj-4-UNIQUE.docker-exec.log."]),
        new Snippet("a Timeout and IgnoreExitCode", """<TASK Command="sleep 60" Timeout="2000" IgnoreExitCode="true" ContinueOnError="true"><Output TaskParameter="ExitCode" PropertyName="Code" /></TASK><Message Text="[$(Code)]" />""").Deviates(
            Difference.Timeout,
            ["warning MSB5002 step.proj(4,5) : Terminating the task executable \"sh\" because it did not finish within the specified limit of 2000 milliseconds.", "warning MSB4181 step.proj(4,5) : The \"Exec\" task returned false but did not log an error.", "message Normal: [137]"],
            ["warning RRB3006 step.proj(4,5) : The step ran longer than its Timeout of 2000 ms in image 'busybox:latest' and was stopped; its container is removed. Raise Timeout, or find out what the command waits for. It printed nothing.", "message Normal: [-1]"]),
        new("WorkingDirectory", """<TASK Command="cat file.txt" WorkingDirectory="sub" />""") { SeesProject = true },
        new("an absolute WorkingDirectory", """<TASK Command="cat sub/file.txt" WorkingDirectory="$(MSBuildProjectDirectory)" />""") { SeesProject = true },
        new("the path of WorkingDirectory", """<TASK Command="pwd | sed 's:.*/::'" WorkingDirectory="$(MSBuildProjectDirectory)/sub/" />""") { SeesProject = true },
        new Snippet("a WorkingDirectory that is not there", """<TASK Command="echo a" WorkingDirectory="nowhere" />""").Deviates(
            Difference.BadValues,
            ["command High: echo a", "error MSB6003 step.proj(4,5) : The specified task executable \"sh\" could not be run. System.IO.DirectoryNotFoundException: The working directory \"nowhere\" does not exist."],
            ["error RRB1014 step.proj(4,5) : WorkingDirectory 'PROJECT/nowhere': there is no such folder on the host."]),
        new Snippet("no WorkingDirectory", """<TASK Command="test -f $(MSBuildProjectFile) &amp;&amp; echo project || echo other" />""").Deviates(
            Difference.WorkingDirectory,
            ["message High: project"],
            ["message High: other"]),
        new Snippet("the path of a project's file", """<TASK Command="test -f '$(MSBuildProjectFullPath)' &amp;&amp; echo there || echo not there" />""").Deviates(
            Difference.Paths,
            ["message High: there"],
            ["message High: not there"]),
        new Snippet("a WorkingDirectory that no mount reaches", """<TASK Command="echo a" WorkingDirectory="sub" />""").Deviates(
            Difference.Paths,
            ["command High: echo a", "message High: a", "task succeeded", "project succeeded"],
            ["error RRB1014 step.proj(4,5) : WorkingDirectory 'PROJECT/sub': the container does not see this folder of the host: no entry of Mounts is this folder or a parent of it. Add Mounts=\"PROJECT/sub:PROJECT/sub\".", "task failed", "project failed"]),
        new("a file that the step writes", """<TASK Command="echo written &gt; made$(MSBuildProjectName).txt; cat made$(MSBuildProjectName).txt" WorkingDirectory="." /><Message Text="$([System.IO.File]::ReadAllText('$(MSBuildProjectDirectory)/made$(MSBuildProjectName).txt'))" />""") { SeesProject = true },
        new Snippet("a command that is not given", """<TASK />""").Deviates(
            Difference.BadValues,
            ["error MSB4044 step.proj(4,5) : The \"Exec\" task was not given a value for the required parameter \"Command\"."],
            ["error RRB1004 step.proj(4,5) : There is nothing to run: give Command, such as Command=\"make all\", or Arguments."]),
        new Snippet("a command of blanks", """<TASK Command="  " />""").Deviates(
            Difference.BadValues,
            ["error MSB3072 step.proj(4,5) : The \"Exec\" task needs a command to execute.", "error MSB6011 step.proj(4,5) : Invalid parameters passed to the Microsoft.Build.Tasks.Exec task."],
            ["error RRB1004 step.proj(4,5) : There is nothing to run: give Command, such as Command=\"make all\", or Arguments."]),
        new Snippet("a program that is not there", """<TASK Command="no-such-program" />""").Deviates(
            Difference.NoSuchProgram,
            ["message High: SCRIPT: no-such-program: not found", "error FAILED step.proj(4,5) : 127"],
            ["error RRB3003 step.proj(4,5) : Image 'busybox:latest' has no program 'no-such-program'. Check the command's first word, Shell and Entrypoint, and that the image has that program."]),
        new("a program that is not there, in a script", """<TASK Command="no-such-program 2>/dev/null; exit $?" />"""),
        new Snippet("a program that is not there, and IgnoreExitCode", """<TASK Command="no-such-program" IgnoreExitCode="true" ContinueOnError="true" IgnoreStandardErrorWarningFormat="true" />""").Deviates(
            Difference.NoSuchProgram,
            ["message High: SCRIPT: no-such-program: not found", "message Normal: The command \"no-such-program\" exited with code 127.", "task succeeded"],
            ["warning RRB3003 step.proj(4,5) : Image 'busybox:latest' has no program 'no-such-program'. Check the command's first word, Shell and Entrypoint, and that the image has that program.", "message Normal: The previous error was converted to a warning because the task was called with ContinueOnError=true.", "message Normal: Build continuing because \"ContinueOnError\" on the task \"Exec\" is set to \"true\".", "task failed"]),
        new Snippet("standard input", """<TASK Command="if [ -p /dev/stdin ]; then echo a pipe; else echo none; fi; read x; echo [$x]" />""").Deviates(
            Difference.StandardInput,
            ["message High: a pipe", "message High: [typed]"],
            ["message High: none", "message High: []"]),
    ];
}
