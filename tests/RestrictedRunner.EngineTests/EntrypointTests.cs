namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class EntrypointTests(DerivedImages images)
{
    private const string PrintsItsWords = """ENTRYPOINT ["echo", "entry point:"]""";

    [Theory]
    [EachEngine]
    public async Task The_images_entry_point_gets_the_command(string engine)
    {
        var image = await images.NameAsync(engine, PrintsItsWords);

        Assert.Equal("entry point: a b\n", await (Step.Direct(engine, "a", "b") with { Image = image }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Another_program_replaces_it(string engine)
    {
        var image = await images.NameAsync(engine, PrintsItsWords);

        Assert.Equal("4\n", await (Step.Direct(engine, "2", "+", "2") with { Image = image, Entrypoint = "expr" }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task None_removes_it(string engine)
    {
        var image = await images.NameAsync(engine, PrintsItsWords);

        Assert.Equal("a\n", await (Step.Direct(engine, "echo", "a") with { Image = image, Entrypoint = "none" }).OutputAsync());
        Assert.Equal("1\n2\n", await (Step.On(engine, "echo 1\necho 2") with { Image = image, Entrypoint = "none" }).OutputAsync());
    }

    [Theory]
    [OfThisMachine]
    [EachEngine(Only = Engines.Docker)]
    public async Task An_image_made_for_one_program_runs_others_too(string engine)
    {
        var options = new StepOptions { Engine = engine, Image = TestImages.Protoc, Pull = PullPolicy.Never };

        Assert.StartsWith("libprotoc ", await (options with { Arguments = ["--version"] }).OutputAsync(), StringComparison.Ordinal);
        Assert.Equal("5\n", await (options with { Command = """X=5; echo "$X";""", Entrypoint = "none" }).OutputAsync());
    }
}
