using System.Text;
using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class MakeRulesTests
{
    // As gcc 12 does: "back\ in c/=x.h" is two names to it, which nobody can tell from one. Before a colon ninja's reading is
    // another, because of tools that escape colons.
    private static readonly Gen<string> Name =
        Gen.Char["ab/.\\ \t#$:%;&|='\"~[]*?(){}@ä\u200b"].Array[1, 12].Select(characters => new string(characters))
            .Where(name => name.TrimEnd('\\').Length == name.Length && !name.Contains("\\:", StringComparison.Ordinal));

    // A target ends at its colon.
    private static readonly Gen<string> Target = Name.Where(name => !name.Contains(':', StringComparison.Ordinal));

    [Theory]
    [InlineData("main.o: main.c a.h", "main.c a.h")]
    [InlineData("main.o : main.c", "main.c")]
    [InlineData("main.o:main.c a.h\n", "main.c a.h")]
    [InlineData("main.o:: main.c", "main.c")]
    [InlineData("a.o b.o: c", "c")]
    [InlineData("a: b \\\n  c \\\r\n\td\r\ne: f\r\n", "b c d f")]
    [InlineData("a: b\\\n c\\\r\n d", "b c d")]
    [InlineData("a: b\n\nb:\n", "b")]
    [InlineData("a: b b\na: b", "b")]
    [InlineData("a:\n", "")]
    [InlineData(@"C:\out\a.o: C:\in\b.c c:/d.h", @"C:\in\b.c c:/d.h")]
    [InlineData(@"C:\out dir\a.o: b.c", "b.c")]
    [InlineData(@"C:\a.o:b.c", "b.c")]
    [InlineData(@"a\:b: c\:d", "c:d")]
    [InlineData("# env-dep:A=b c\na: b\n  # more\\\n still\nc: d\n", "b d")]
    [InlineData("a: b\n\tgcc -c b\nc: d", "b d")]
    [InlineData("a: src/c#.rs d$e.rs f$$g.rs", "src/c#.rs d$e.rs f$g.rs")]
    [InlineData("\ufeffa: b", "b")]
    [InlineData("a: b\\\\\\\n c", @"b\\ c")]
    public void Rules_are_read(string text, string prerequisites)
    {
        Assert.Equal(prerequisites, string.Join(' ', Parse(text).Prerequisites));
    }

    [Theory]
    [InlineData("", "it has no rule, such as 'main.o: main.c'")]
    [InlineData("# a: b\n\n", "it has no rule, such as 'main.o: main.c'")]
    [InlineData("a: b\n\nmain.o main.c\n", "line 3 has no colon between what was made and what was read")]
    [InlineData("a: b \\\n c\nELF \u007f", "line 3 has no colon between what was made and what was read")]
    [InlineData("a: b\0", "it holds a NUL character, which no text has")]
    public void Other_text_is_none(string text, string expected)
    {
        Assert.Null(MakeRules.Parse(text, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Names_are_read_as_gcc_writes_them() =>
        Gen.Select(Target, Name.Array[0, 8], Gen.Bool, Gen.Bool.Select(windows => windows ? "\r\n" : "\n")).Sample(
            (target, names, phony, end) =>
            {
                var text = new StringBuilder($"{Munged(target)}:");
                foreach (var name in names)
                {
                    text.Append(text.Length - text.ToString().LastIndexOf('\n') > 20 ? $" \\{end} " : " ").Append(Munged(name));
                }

                text.Append(end);
                foreach (var name in names.Where(_ => phony))
                {
                    text.Append(Munged(name)).Append(':').Append(end);
                }

                Assert.Equal(names.Distinct(), Parse(text.ToString()).Prerequisites);
            },
            iter: 5_000);

    // protoc 3.21, with a space, '$', '#' and '%' in names.
    [Fact]
    public void A_line_may_be_a_name_that_is_not_escaped()
    {
        var rules = Parse("out/a.pb.cc \\\nout/a.pb.h: p q/b c.proto\\\n /usr/include/google/protobuf/timestamp.proto\\\n d$$e#f%g.proto\\\n a.proto");

        Assert.Equal(["p q/b c.proto", "d$$e#f%g.proto"], rules.Lines);
        Assert.Equal(["p", "q/b", "c.proto", "/usr/include/google/protobuf/timestamp.proto", "d$e#f%g.proto", "a.proto"], rules.Prerequisites);
    }

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.Char["ab\\ \t\r\n#$:\0"].Array[0, 40].Select(characters => new string(characters)).Sample(
            text =>
            {
                var rules = MakeRules.Parse(text, out var problem);
                Assert.Equal(rules is null, problem.Length > 0);
                Assert.All(rules?.Prerequisites ?? [], name => Assert.True(name.Length > 0 && text.Length >= name.Length));
            },
            iter: 5_000);

    private static MakeRules Parse(string text)
    {
        var rules = MakeRules.Parse(text, out var problem);
        Assert.Equal("", problem);
        return rules!;
    }

    // munge() of gcc's libcpp/mkdeps.cc.
    private static string Munged(string name)
    {
        var text = new StringBuilder();
        var slashes = 0;
        foreach (var character in name)
        {
            text.Append(character switch
            {
                '$' => "$",
                ' ' or '\t' => new string('\\', slashes + 1),
                '#' => "\\",
                _ => "",
            });
            slashes = character == '\\' ? slashes + 1 : 0;
            text.Append(character);
        }

        return text.ToString();
    }
}
