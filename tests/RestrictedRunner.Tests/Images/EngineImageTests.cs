namespace RestrictedRunner.Tests;

/// <summary>The lines are those of docker 28.5 with both image stores, and of podman 5.8, for one image.</summary>
public class EngineImageTests
{
    private const string Classic = """sha256:e84083c9f01f "linux","amd64",["sha256:7ce36739a52f0cb04f05ad724f1cee0f993e744d3b8be717e81aa3833716e4b9"],{"Env":["PATH=/bin"],"Entrypoint":["/usr/bin/protoc","-I/usr/include"],"Labels":{"a":"b"}},[]""";

    private const string Containerd = """sha256:13c0f800e552 "linux","amd64",["sha256:7ce36739a52f0cb04f05ad724f1cee0f993e744d3b8be717e81aa3833716e4b9"],{"Cmd":null,"Entrypoint":["/usr/bin/protoc","-I/usr/include"],"Env":["PATH=/bin"],"Labels":{"a":"b"},"OnBuild":null,"User":"","Volumes":null,"WorkingDir":""},["acme/protoc@sha256:13c0","other@sha256:13c0"]""";

    private const string Podman = """e84083c9f01f "linux","amd64",["sha256:7ce36739a52f0cb04f05ad724f1cee0f993e744d3b8be717e81aa3833716e4b9"],{"Env":["PATH=/bin"],"Entrypoint":["/usr/bin/protoc","-I/usr/include"]},null""";

    [Fact]
    public void An_image_is_the_same_whatever_store_it_is_in()
    {
        Assert.Single(new[] { Classic, Containerd, Podman }.Select(line => EngineImage.Read(line)!.Content).Distinct());
        Assert.Matches("^sha256:[0-9a-f]{64}$", EngineImage.Read(Classic)!.Content);
    }

    [Theory]
    [InlineData(Classic, "sha256:e84083c9f01f")]
    [InlineData(Containerd, "sha256:13c0f800e552")]
    [InlineData(Podman, "sha256:e84083c9f01f")]
    public void Its_id_is_the_engines(string line, string id) => Assert.Equal(id, EngineImage.Read(line)!.Id);

    [Theory]
    [InlineData("amd64", "arm64")]
    [InlineData("7ce3", "7ce4")]
    [InlineData("PATH=/bin", "PATH=/usr/bin")]
    [InlineData("\"PATH=/bin\"", "\"PATH=/bin\",\"A=1\"")]
    [InlineData("-I/usr/include", "-I/include")]
    [InlineData("\"Cmd\":null", "\"Cmd\":[\"sh\"]")]
    [InlineData("\"User\":\"\"", "\"User\":\"1\"")]
    [InlineData("\"WorkingDir\":\"\"", "\"WorkingDir\":\"/w\"")]
    [InlineData("\"Volumes\":null", "\"Volumes\":{\"/data\":{}}")]
    public void Whatever_a_command_sees_makes_another_image(string text, string other)
    {
        Assert.Contains(text, Containerd, StringComparison.Ordinal);
        Assert.NotEqual(EngineImage.Read(Containerd)!.Content, EngineImage.Read(Containerd.Replace(text, other, StringComparison.Ordinal))!.Content);
    }

    // An image without settings, or without layers.
    [Theory]
    [InlineData("sha256:1 \"linux\",\"amd64\",null,null,null")]
    [InlineData("sha256:1 \"linux\",\"amd64\",[],{},[]")]
    public void What_there_is_not_is_empty(string line)
    {
        var image = EngineImage.Read(line)!;

        Assert.Equal(("sha256:1", "sha256:1"), (image.Id, image.Reference));
    }

    [Theory]
    [InlineData(Classic, "sha256:e84083c9f01f")]
    [InlineData(Containerd, "acme/protoc@sha256:13c0")]
    [InlineData(Podman, "sha256:e84083c9f01f")]
    public void Its_reference_is_its_registrys_where_it_came_from_one(string line, string reference) => Assert.Equal(reference, EngineImage.Read(line)!.Reference);

    [Theory]
    [InlineData("")]
    [InlineData("Error: x")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("1 2,3,4,5,6")]
    [InlineData("sha256:1 \"linux\",\"amd64\",{},{},[]")]
    [InlineData("sha256:1 \"linux\",\"amd64\",[],{\"Env\":7},[]")]
    public void Another_line_is_none(string line) => Assert.Null(EngineImage.Read(line));
}
