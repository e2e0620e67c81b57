namespace RestrictedRunner.Tests;

public class DockerfileTests
{
    private static readonly Dictionary<string, string> NoArguments = [];

    [Fact]
    public void Instructions_have_the_lines_that_they_begin_at()
    {
        var dockerfile = Dockerfile.Parse(
            """
            # syntax=docker/dockerfile:1

            FROM busybox
              # a comment
            RUN echo a && \
              # another, in the middle

              echo b
            run <<EOF
            FROM no/image
            EOF
            COPY <<-"A" <<B /there/
            FROM no/image
            	A
            RUN no instruction
            B
            CMD ["x"] \\
            """);

        Assert.Equal(
            ["3 FROM busybox", "5 RUN echo a &&   echo b", "9 RUN <<EOF", "12 COPY <<-\"A\" <<B /there/", "17 CMD [\"x\"] \\\\"],
            dockerfile.Instructions.Select(instruction => $"{instruction.Line} {instruction.Keyword} {instruction.Text}"));
    }

    [Fact]
    public void A_directive_gives_another_character_that_joins_lines()
    {
        var dockerfile = Dockerfile.Parse("# escape=`\r\nFROM busybox\r\nRUN dir C:\\\r\nRUN one `\r\n two\r\n");

        Assert.Equal(["FROM busybox", "RUN dir C:\\", "RUN one  two"], dockerfile.Instructions.Select(instruction => $"{instruction.Keyword} {instruction.Text}"));
    }

    [Theory]
    [InlineData("FROM busybox", "busybox")]
    [InlineData("FROM scratch", "")]
    [InlineData("FROM busybox:1 AS a\nFROM a\nCOPY --from=a /x /y", "busybox:1")]
    [InlineData("FROM busybox:1 AS a\nFROM scratch\nCOPY --chown=1:1 --from=0 /x /y", "busybox:1")]
    [InlineData("FROM busybox:1 AS unused\nFROM gcc:12", "gcc:12")]
    [InlineData("FROM scratch\nCOPY --from=busybox:2 /x /y\nRUN --mount=type=bind,from=gcc:12,target=/m true", "busybox:2 gcc:12")]
    [InlineData("ARG V=1\nFROM busybox:$V", "busybox:1")]
    [InlineData("ARG V\nFROM busybox:${V:-2}", "busybox:2")]
    [InlineData("ARG V\nFROM busybox:${V:+x}${V-3}", "busybox:3")]
    [InlineData("ARG A=busybox B=\"5\"\nARG C=$A:$B\nFROM ${C}", "busybox:5")]
    [InlineData("ARG GIVEN=1\nFROM busybox:$GIVEN", "busybox:given")]
    [InlineData("FROM busybox:$GIVEN", "?busybox:$GIVEN")]
    [InlineData("ARG V\nFROM busybox:$V", "?busybox:$V")]
    [InlineData("FROM --platform=linux/arm64 busybox", "busybox linux/arm64")]
    [InlineData("FROM --platform=$BUILDPLATFORM busybox", "?busybox $BUILDPLATFORM")]
    [InlineData("FROM busybox:1 AS Late\nFROM late", "busybox:1")]
    [InlineData("FROM late\nFROM busybox:1 AS late", "busybox:1")]
    public void The_images_that_it_starts_from_are_known_before_a_build(string text, string bases) =>
        Assert.Equal(
            bases,
            string.Join(' ', Dockerfile.Parse(text).Bases(new Dictionary<string, string> { ["GIVEN"] = "given" }, "").Select(image => $"{(image.IsKnown ? "" : "?")}{image.Name} {image.Platform}".Trim()).Order(StringComparer.Ordinal)));

    [Fact]
    public void A_target_needs_what_leads_to_it()
    {
        var dockerfile = Dockerfile.Parse("FROM a:1 AS one\nFROM b:1 AS two\nCOPY --from=one /x /y\nFROM c:1");

        Assert.Equal(["b:1", "a:1"], dockerfile.Bases(NoArguments, "two").Select(image => image.Name));
        Assert.Equal(["a:1"], dockerfile.Bases(NoArguments, "0").Select(image => image.Name));
        Assert.Equal(["c:1"], dockerfile.Bases(NoArguments, "").Select(image => image.Name));
    }
}
