namespace RestrictedRunner.Tests;

/// <summary>Real output of tools, and every message in it. Recorded/README.md tells how it was made.</summary>
public class RecordedOutputTests
{
    private static readonly Dictionary<string, string[]> Failed = new()
    {
        ["bison-3.8-errors"] =
        [
            "? bad.y(4,23,0,29): error: symbol ‘missing’ is used, but is not defined as a token and has no rules",
        ],
        ["cargo-1.95-errors-coloured"] =
        [
            "src/main.rs(1,5): warning: unused import: `std::fs`",
            "(0,0): warning: `sample` (bin \"sample\") generated 1 warning",
            "(0,0): error: could not compile `sample` (bin \"sample\") due to 2 previous errors; 1 warning emitted",
            "? src/main.rs(6,20): error E0425: cannot find value `nothing` in this scope",
            "? src/main.rs(4,18): error E0308: mismatched types",
        ],
        ["cargo-1.95-errors-short"] =
        [
            "src/main.rs(1,5): warning: unused import: `std::fs`",
            "(0,0): warning: `sample` (bin \"sample\") generated 1 warning",
            "(0,0): error: could not compile `sample` (bin \"sample\") due to 2 previous errors; 1 warning emitted",
            "? src/main.rs(6,20): error E0425: cannot find value `nothing` in this scope: not found in this scope",
            "? src/main.rs(4,18): error E0308: mismatched types: expected `i32`, found `&str`",
        ],
        ["cargo-1.95-errors"] =
        [
            "src/main.rs(1,5): warning: unused import: `std::fs`",
            "(0,0): warning: `sample` (bin \"sample\") generated 1 warning",
            "(0,0): error: could not compile `sample` (bin \"sample\") due to 2 previous errors; 1 warning emitted",
            "? src/main.rs(6,20): error E0425: cannot find value `nothing` in this scope",
            "? src/main.rs(4,18): error E0308: mismatched types",
        ],
        ["cargo-1.95-syntax"] =
        [
            "src/main.rs(2,13): error: mismatched closing delimiter: `}`",
            "(0,0): error: could not compile `sample` (bin \"sample\") due to 1 previous error",
        ],
        ["cargo-1.95-warnings"] =
        [
            "src/main.rs(4,9): warning: unused variable: `unused`",
            "src/main.rs(1,4): warning: function `helper` is never used",
            "(0,0): warning: `sample` (bin \"sample\") generated 2 warnings (run `cargo fix --bin \"sample\" -p sample` to apply 1 suggestion)",
        ],
        ["clang-14.0-errors-coloured"] =
        [
            "bad.c(7,9): warning -Wint-conversion: incompatible pointer to integer conversion initializing 'int' with an expression of type 'char[5]' [-Wint-conversion]",
            "bad.c(8,20): error: use of undeclared identifier 'nothing'",
            "bad.c(9,13): error: expected ';' after return statement",
            "./wide.h(1,61): error: use of undeclared identifier 'z'",
            "? /src/c/missing.c(1,10): fatal error: 'none.h' file not found",
        ],
        ["clang-14.0-errors"] =
        [
            "bad.c(7,9): warning -Wint-conversion: incompatible pointer to integer conversion initializing 'int' with an expression of type 'char[5]' [-Wint-conversion]",
            "bad.c(8,20): error: use of undeclared identifier 'nothing'",
            "bad.c(9,13): error: expected ';' after return statement",
            "./wide.h(1,61): error: use of undeclared identifier 'z'",
            "? /src/c/missing.c(1,10): fatal error: 'none.h' file not found",
        ],
        ["clang-14.0-linker-debug"] =
        [
            "clang(0,0): error: linker command failed with exit code 1 (use -v to see invocation)",
            "? /src/c/link.c(4,0): error: undefined reference to `elsewhere'",
        ],
        ["clang-14.0-linker"] =
        [
            "clang(0,0): error: linker command failed with exit code 1 (use -v to see invocation)",
            "? link.c(0,0): error: undefined reference to `elsewhere'",
        ],
        ["clang-14.0-no-column"] =
        [
            "bad.c(7,0): warning -Wint-conversion: incompatible pointer to integer conversion initializing 'int' with an expression of type 'char[5]' [-Wint-conversion]",
            "? bad.c(8,0): error: use of undeclared identifier 'nothing'",
            "? bad.c(9,0): error: expected ';' after return statement",
            "? missing.c(1,0): fatal error: 'none.h' file not found",
        ],
        ["clang-14.0-werror"] =
        [
            "werror.c(3,9): error -Wunused-variable: unused variable 'left_over' [-Werror,-Wunused-variable]",
        ],
        ["eslint-9.39-errors-coloured"] =
        [
            "/src/eslint/bad.js(2,1): warning max-len: This line has a length of 55. Maximum allowed is 40",
            "/src/eslint/bad.js(2,1): warning no-console: Unexpected console statement",
            "/src/eslint/eslint.config.js(2,1): warning max-len: This line has a length of 123. Maximum allowed is 40",
            "? /src/eslint/bad.js(1,7): error no-unused-vars: 'x' is assigned a value but never used",
            "? /src/eslint/bad.js(2,1): error no-undef: 'console' is not defined",
            "? /src/eslint/bad.js(2,53): error no-undef: 'y' is not defined",
            "? /src/eslint/eslint.config.js(1,1): error no-undef: 'module' is not defined",
            "? /src/eslint/lib/broken.js(2,1): error: Parsing error: Unexpected token",
        ],
        ["eslint-9.39-errors"] =
        [
            "/src/eslint/bad.js(2,1): warning max-len: This line has a length of 55. Maximum allowed is 40",
            "/src/eslint/bad.js(2,1): warning no-console: Unexpected console statement",
            "/src/eslint/eslint.config.js(2,1): warning max-len: This line has a length of 123. Maximum allowed is 40",
            "? /src/eslint/bad.js(1,7): error no-unused-vars: 'x' is assigned a value but never used",
            "? /src/eslint/bad.js(2,1): error no-undef: 'console' is not defined",
            "? /src/eslint/bad.js(2,53): error no-undef: 'y' is not defined",
            "? /src/eslint/eslint.config.js(1,1): error no-undef: 'module' is not defined",
            "? /src/eslint/lib/broken.js(2,1): error: Parsing error: Unexpected token",
        ],
        ["gcc-12.2-errors-coloured"] =
        [
            "bad.c(7,13): warning -Wint-conversion: initialization of ‘int’ from ‘char *’ makes integer from pointer without a cast [-Wint-conversion]",
            "bad.c(8,20): error: ‘nothing’ undeclared (first use in this function)",
            "bad.c(9,13): error: expected ‘;’ before ‘}’ token",
            "bad.c(3,12): warning -Wunused-variable: ‘unused’ defined but not used [-Wunused-variable]",
            "wide.h(1,61): error: ‘z’ undeclared (first use in this function)",
            "wide.h(1,64): warning -Wreturn-type: control reaches end of non-void function [-Wreturn-type]",
            "? /src/c/missing.c(1,10): fatal error: none.h: No such file or directory",
        ],
        ["gcc-12.2-errors"] =
        [
            "bad.c(7,13): warning -Wint-conversion: initialization of ‘int’ from ‘char *’ makes integer from pointer without a cast [-Wint-conversion]",
            "bad.c(8,20): error: ‘nothing’ undeclared (first use in this function)",
            "bad.c(9,13): error: expected ‘;’ before ‘}’ token",
            "bad.c(3,12): warning -Wunused-variable: ‘unused’ defined but not used [-Wunused-variable]",
            "wide.h(1,61): error: ‘z’ undeclared (first use in this function)",
            "wide.h(1,64): warning -Wreturn-type: control reaches end of non-void function [-Wreturn-type]",
            "? /src/c/missing.c(1,10): fatal error: none.h: No such file or directory",
        ],
        ["gcc-12.2-linker-absent"] =
        [
            "collect2(0,0): error: ld returned 1 exit status",
            "collect2(0,0): error: ld returned 1 exit status",
            "collect2(0,0): error: ld returned 1 exit status",
            "? (0,0): error: cannot find -lnosuch: No such file or directory",
            "? (0,0): error: cannot find nofile.o: No such file or directory",
            "? (0,0): error: cannot open output file none/x: No such file or directory",
        ],
        ["gcc-12.2-linker-debug"] =
        [
            "collect2(0,0): error: ld returned 1 exit status",
            "? /src/c/link.c(4,0): error: undefined reference to `elsewhere'",
        ],
        ["gcc-12.2-linker"] =
        [
            "collect2(0,0): error: ld returned 1 exit status",
            "? link.c(0,0): error: undefined reference to `elsewhere'",
        ],
        ["gcc-12.2-no-column"] =
        [
            "bad.c(7,0): warning -Wint-conversion: initialization of ‘int’ from ‘char *’ makes integer from pointer without a cast [-Wint-conversion]",
            "bad.c(3,0): warning -Wunused-variable: ‘unused’ defined but not used [-Wunused-variable]",
            "? bad.c(8,0): error: ‘nothing’ undeclared (first use in this function)",
            "? bad.c(9,0): error: expected ‘;’ before ‘}’ token",
            "? missing.c(1,0): fatal error: none.h: No such file or directory",
        ],
        ["gcc-12.2-werror"] =
        [
            "werror.c(3,9): error -Werror=unused-variable: unused variable ‘left_over’ [-Werror=unused-variable]",
        ],
        ["go-1.19-build"] =
        [
            "? lib/lib.go(4,9): error: invalid operation: x / \"2\" (mismatched types int and untyped string)",
            "? ./main.go(6,2): error: y declared but not used",
            "? ./main.go(7,17): error: cannot use 2 (untyped int constant) as string value in variable declaration",
            "? ./main.go(8,14): error: undefined: nothing",
        ],
        ["go-1.19-import"] =
        [
            "? main.go(3,8): error: cannot find module providing package example.com/gone: module lookup disabled by GOPROXY=off",
        ],
        ["go-1.19-syntax"] =
        [
            "? ./main.go(3,12): error: syntax error: unexpected {, expecting )",
        ],
        ["go-1.19-test"] =
        [
            "? main_test.go(7,0): error: Half(4) is 1, not 2",
            "? main_test.go(13,0): error: error: it broke",
        ],
        ["go-1.19-vet"] =
        [
            "? ./main.go(6,2): error: fmt.Printf format %d has arg \"text\" of wrong type string",
        ],
        ["javac-17-errors"] =
        [
            "app/Bad.java(8,0): warning rawtypes: [rawtypes] found raw type: List",
            "? app/Bad.java(7,0): error: incompatible types: String cannot be converted to int",
            "? app/Bad.java(9,0): error: cannot find symbol",
        ],
        ["javac-17-lint"] =
        [
            "Lint.java(4,0): warning rawtypes: [rawtypes] found raw type: List",
            "Lint.java(4,0): warning rawtypes: [rawtypes] found raw type: ArrayList",
            "Lint.java(5,0): warning deprecation: [deprecation] Date(int,int,int) in Date has been deprecated",
        ],
        ["javac-17-missing"] =
        [
            "(0,0): error: file not found: Nothing.java",
        ],
        ["javac-17-syntax"] =
        [
            "? /src/java/Syntax.java(2,0): error: ';' expected",
        ],
        ["make-4.3-other-folder"] =
        [
            "in /src/c/tree/lib/deep: main.c(1,25): error: ‘deep’ undeclared (first use in this function)",
            "in /src/c/tree/lib: main.c(1,25): error: ‘lib’ undeclared (first use in this function)",
            "in /src/c/tree: main.c(1,25): error: ‘tree’ undeclared (first use in this function)",
        ],
        ["make-4.3-subfolder"] =
        [
            "in /src/c/sub: deep.c(1,25): error: ‘deep’ undeclared (first use in this function)",
        ],
        ["python-3.11-bare"] =
        [
            "? /src/python/bare.py(1,0): error AssertionError: AssertionError",
        ],
        ["python-3.11-chained"] =
        [
            "? /src/python/chained.py(9,0): error ValueError: no such key",
        ],
        ["python-3.11-imports-syntax"] =
        [
            "? /src/python/syntax.py(1,0): error SyntaxError: invalid syntax",
        ],
        ["python-3.11-library"] =
        [
            "? /usr/lib/python3.11/json/decoder.py(353,0): error json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ],
        ["python-3.11-logging"] =
        [
            "(0,0): error: root:nothing to worry about",
            "(0,0): warning: root:nor about this",
        ],
        ["python-3.11-own-exception"] =
        [
            "? /src/python/own.py(7,0): error TooSmall: 0 is too small: give 1 or more",
        ],
        ["python-3.11-syntax"] =
        [
            "? /src/python/syntax.py(1,0): error SyntaxError: invalid syntax",
        ],
        ["python-3.11-unittest"] =
        [
            "? /src/python/test_half.py(6,0): error AssertionError: 2 != 3",
        ],
        ["rustc-1.95-errors-coloured"] =
        [
            "/src/rust/src/main.rs(1,5): warning: unused import: `std::fs`",
            "(0,0): error: aborting due to 2 previous errors; 1 warning emitted",
            "? /src/rust/src/main.rs(6,20): error E0425: cannot find value `nothing` in this scope",
            "? /src/rust/src/main.rs(4,18): error E0308: mismatched types",
        ],
        ["rustc-1.95-errors"] =
        [
            "src/main.rs(1,5): warning: unused import: `std::fs`",
            "(0,0): error: aborting due to 2 previous errors; 1 warning emitted",
            "? src/main.rs(6,20): error E0425: cannot find value `nothing` in this scope",
            "? src/main.rs(4,18): error E0308: mismatched types",
        ],
        ["tsc-5.9-errors-pretty"] =
        [
            "? src/index.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.",
            "? src/index.ts(4,12): error TS2304: Cannot find name 'nothing'.",
            "? src/other.ts(2,11): error TS2554: Expected 1 arguments, but got 2.",
            "? src/other.ts(3,22): error TS2307: Cannot find module './gone' or its corresponding type declarations.",
        ],
        ["tsc-5.9-errors"] =
        [
            "src/index.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.",
            "src/index.ts(4,12): error TS2304: Cannot find name 'nothing'.",
            "src/other.ts(2,11): error TS2554: Expected 1 arguments, but got 2.",
            "src/other.ts(3,22): error TS2307: Cannot find module './gone' or its corresponding type declarations.",
        ],
        ["tsc-5.9-no-project"] =
        [
            "(0,0): error TS5058: The specified path does not exist: 'none.json'.",
        ],
        ["tsc-5.9-syntax-pretty"] =
        [
            "? src/other.ts(1,9): error TS1109: Expression expected.",
        ],
    };

    public static TheoryData<string> FailedNames => [.. Failed.Keys];

    public static TheoryData<string> CleanNames => [.. Names().Where(name => name.Contains("-clean", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(FailedNames))]
    public void Every_message_is_found_and_no_other(string name) => Assert.Equal(Failed[name], Recording.Read(name));

    // A traceback that was logged is one, but only if the command fails.
    [Theory]
    [MemberData(nameof(CleanNames))]
    public void Nothing_is_an_error_or_a_warning_where_nothing_is_wrong(string name) =>
        Assert.DoesNotContain(Recording.Read(name), message => !message.StartsWith('?'));

    [Fact]
    public void Every_recording_is_tested()
    {
        Assert.NotEmpty(CleanNames);
        Assert.Equal(Names().Order(), Failed.Keys.Concat(CleanNames.Select(row => row.Data)).Order());
    }

    [Fact]
    public void Recordings_with_colours_have_colours()
    {
        foreach (var name in Failed.Keys.Where(name => name.EndsWith("-coloured", StringComparison.Ordinal)))
        {
            Assert.Contains('\e', File.ReadAllText(Path.Combine(Recording.Folder, $"{name}.txt")));
        }

        Assert.Contains('\e', File.ReadAllText(Path.Combine(Recording.Folder, "tsc-5.9-errors-pretty.txt")));
    }

    private static IEnumerable<string> Names() => Directory.EnumerateFiles(Recording.Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file));
}
