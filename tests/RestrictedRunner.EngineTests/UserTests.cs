namespace RestrictedRunner.EngineTests;

[Collection(nameof(InSharedContainers))]
public class UserTests(SharedContainers containers, DerivedImages images)
{
    private const string Ids = "echo $(id -u):$(id -g)";
    private const string OfAnotherUser = "USER 1234:2345";

    [Theory]
    [EachEngine("nobody", "65534:65534")]
    [EachEngine("1234:2345", "1234:2345")]
    [EachEngine("1234", "1234:0")]
    [EachEngine("", "0:0")]
    public async Task The_command_runs_as_the_user(string engine, string user, string ids) =>
        Assert.Equal($"{ids}\n", await containers.OutputAsync(Step.On(engine, Ids) with { User = user }));

    [Theory]
    [EachEngine]
    public async Task Without_a_user_it_is_that_of_the_image(string engine)
    {
        var image = await images.NameAsync(engine, OfAnotherUser);

        Assert.Equal("1234:2345\n", await (Step.On(engine, Ids) with { Image = image }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Current_is_the_user_of_this_process_whatever_the_image_says(string engine)
    {
        var image = await images.NameAsync(engine, OfAnotherUser);
        var here = $"{await Client.OutputAsync("id", "-u")}:{await Client.OutputAsync("id", "-g")}";

        Assert.Equal($"{here}\n", await (Step.On(engine, Ids) with { Image = image, User = "current" }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Files_that_the_current_user_writes_are_the_callers(string engine)
    {
        var image = await images.NameAsync(engine, OfAnotherUser);
        using var folder = new TempFolder();
        await (Step.On(engine, "echo x >/out/file") with { Image = image, User = "current", Mounts = [new Mount(folder.Path, "/out")] }).OutputAsync();

        Assert.Equal(await Client.OutputAsync("id", "-u"), await Client.OutputAsync("stat", "--format", "%u", folder["file"]));
    }

    [Theory]
    [EachEngine]
    public async Task A_script_can_be_read_by_any_user(string engine) =>
        Assert.Equal("4321\n2\n", await (Step.On(engine, "id -u\necho 2") with { User = "4321:4321", CapDrop = ["ALL"] }).OutputAsync());

    [Theory]
    [EachEngine]
    public async Task A_user_that_the_image_does_not_have_is_told(string engine)
    {
        var failure = await (Step.On(engine, "id") with { User = "nosuchuser" }).FailureAsync();

        Assert.Equal(RunnerFailure.UserUnknown, failure.Failure);
        Assert.Contains("nosuchuser", failure.Message, StringComparison.Ordinal);
    }
}
