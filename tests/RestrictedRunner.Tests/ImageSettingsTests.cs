namespace RestrictedRunner.Tests;

public class ImageSettingsTests
{
    [Fact]
    public void Entry_point_and_names_of_variables_are_read()
    {
        var image = ImageSettings.Read("""{"Hostname":"","Env":["PATH=/bin:/usr/bin","JAVA_HOME=/opt/a=b"],"Entrypoint":["/usr/bin/protoc","-I/x"],"Cmd":["sh"]}""");

        Assert.Equal(["/usr/bin/protoc", "-I/x"], image.Entrypoint);
        Assert.Equal(["PATH", "JAVA_HOME"], image.Variables);
    }

    [Theory]
    [InlineData("""{"Env":null,"Entrypoint":null}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"Env":7}""")]
    public void What_is_not_there_is_none(string json)
    {
        var image = ImageSettings.Read(json);

        Assert.Empty(image.Entrypoint);
        Assert.Empty(image.Variables);
    }
}
