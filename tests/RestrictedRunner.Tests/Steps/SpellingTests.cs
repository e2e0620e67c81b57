using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class SpellingTests
{
    [Theory]
    [InlineData("Memmory", "Memory")]
    [InlineData("output", "Outputs")]
    [InlineData("Depends", "DependsOn")]
    [InlineData("Imgae", "Image")]
    [InlineData("Colour", "")]
    [InlineData("X", "")]
    public void The_name_that_is_meant_is_found(string name, string expected) =>
        Assert.Equal(expected, Spelling.Nearest(name, ["Image", "Inputs", "Outputs", "DependsOn", "Memory", "MemorySwap"]));
}
