using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class LinkedPathTests
{
    [Theory]
    [InlineData("cat: can't open 'out.txt': No such file or directory", "out.txt")]
    [InlineData("cat: can't open '/src/out.txt': No such file or directory", "out.txt")]
    [InlineData("ls: linked/shared.txt: No such file or directory", "linked/shared.txt")]
    [InlineData("cat: can't open 'in.txt': No such file or directory", null)]
    [InlineData("cat: can't open 'nowhere.txt': No such file or directory", null)]
    [InlineData("cat: can't open 'circle.txt': No such file or directory", null)]
    [InlineData("cat: can't open '/opt/out.txt': No such file or directory", null)]
    [InlineData("out.txt is wrong", null)]
    public void A_link_that_leads_out_of_the_mounts_is_told(string line, string? link)
    {
        var folder = Directory.CreateTempSubdirectory("linked-path-").FullName;
        try
        {
            var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
            var other = Directory.CreateDirectory(Path.Combine(folder, "other")).FullName;
            File.WriteAllText(Path.Combine(other, "shared.txt"), "");
            File.WriteAllText(Path.Combine(app, "own.txt"), "");
            File.CreateSymbolicLink(Path.Combine(app, "out.txt"), "../other/shared.txt");
            File.CreateSymbolicLink(Path.Combine(app, "in.txt"), "own.txt");
            File.CreateSymbolicLink(Path.Combine(app, "nowhere.txt"), "../other/none.txt");
            File.CreateSymbolicLink(Path.Combine(app, "circle.txt"), "circle.txt");
            Directory.CreateSymbolicLink(Path.Combine(app, "linked"), other);

            var hint = LinkedPath.Hint(new() { Mounts = [new(app, "/src")], WorkDir = "/src" }, $"a\n{line}");

            Assert.Equal(link is null ? "" : $"'{app}/{link}' is a link to '{other}/shared.txt', which no mount shows.", hint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
