namespace RestrictedRunner.Tests;

public class ImageBuildTests
{
    private static readonly ImageBuild Image = new("restricted-runner/1:tools", "/p/tools/Dockerfile", "/p/tools")
    {
        IgnoreFile = "/p/tools/.dockerignore",
        Arguments = new Dictionary<string, string> { ["B"] = "a b;$c", ["A"] = "" },
        Target = "last",
        Platform = "linux/amd64",
    };

    [Theory]
    [InlineData((int)ImageBuilder.Classic, "build --force-rm")]
    [InlineData((int)ImageBuilder.BuildKit, "build --progress plain")]
    [InlineData((int)ImageBuilder.Buildx, "buildx build --load --progress plain")]
    [InlineData((int)ImageBuilder.Podman, "build --ignorefile /p/tools/.dockerignore")]
    public void Each_builder_is_told_the_same_in_its_words(int builder, string first) => Assert.Equal(
        [
            .. first.Split(' '),
            "--pull=false", "--file", "/p/tools/Dockerfile", "--tag", "restricted-runner/1:tools", "--label", "restricted-runner.image=restricted-runner/1:tools",
            "--build-arg", "A=", "--build-arg", "B=a b;$c", "--target", "last", "--platform", "linux/amd64", "/p/tools",
        ],
        Image.Words((ImageBuilder)builder));

    [Fact]
    public void What_is_not_given_is_not_said() => Assert.Equal(
        ["build", "--pull=false", "--file", "/d", "--tag", "n", "--label", "restricted-runner.image=n", "/c"],
        new ImageBuild("n", "/d", "/c").Words(ImageBuilder.Podman));
}
