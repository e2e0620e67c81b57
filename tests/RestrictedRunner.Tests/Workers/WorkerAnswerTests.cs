using RestrictedRunner.Workers;

namespace RestrictedRunner.Tests.Workers;

public class WorkerAnswerTests
{
    [Fact]
    public void The_line_before_a_step_has_its_process() => Assert.Equal(20, WorkerAnswer.ReadProcess("3 20", 3));

    [Fact]
    public void The_line_after_a_step_has_all_about_its_end()
    {
        Assert.Equal(new WorkerAnswer(137, 2, ""), WorkerAnswer.Read("3 137 2 clean", 3));
        Assert.Equal(new WorkerAnswer(0, null, "something is not as it was"), WorkerAnswer.Read("3 0 - something is not as it was", 3));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("3 1")]
    [InlineData("4 20")]
    [InlineData("03 20")]
    [InlineData("3 x")]
    [InlineData("3 -2")]
    [InlineData("3 20 0 clean")]
    public void Another_line_before_a_step_is_none(string? line) => Assert.Throws<WorkerLostException>(() => WorkerAnswer.ReadProcess(line, 3));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3 20")]
    [InlineData("2 0 0 clean")]
    [InlineData("3 0 0")]
    [InlineData("3 0 x clean")]
    [InlineData("3  0 clean")]
    [InlineData("clean")]
    public void Another_line_after_a_step_is_none(string? line) => Assert.Throws<WorkerLostException>(() => WorkerAnswer.Read(line, 3));

    [Fact]
    public void It_says_whether_there_was_one() =>
        Assert.Equal(
            ("the container has ended", "the container gave an answer that is none"),
            (Assert.Throws<WorkerLostException>(() => WorkerAnswer.Read(null, 1)).Message, Assert.Throws<WorkerLostException>(() => WorkerAnswer.Read("x", 1)).Message));
}
