using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class CacheMountTests
{
    private static readonly StepParameters Step = new(Host.Linux, new StepOptions { Image = "busybox", Command = "true", Mounts = [new("/src", "/project"), new("/x", "/data/./in")], Tmpfs = ["/tmp:size=1m", "/run/"] }, LogFilePlace.At("/log"));

    [Theory]
    [InlineData("npm:/root/.npm", "npm", "/root/.npm", false, false)]
    [InlineData("npm:/a//b/./c/../d/", "npm", "/a/b/d", false, false)]
    [InlineData("0:/a:sharing=shared", "0", "/a", false, false)]
    [InlineData("A.b_c-d:/a:sharing=locked", "A.b_c-d", "/a", true, false)]
    [InlineData("a:/a b:scope=machine,sharing=locked", "a", "/a b", true, true)]
    [InlineData("a:/ü,x:scope=project", "a", "/ü,x", false, false)]
    public void It_is_a_name_and_a_path_with_options(string text, string name, string path, bool isLocked, bool isOfMachine)
    {
        var mount = CacheMount.Read(text, out var problem);

        Assert.Equal("", problem);
        Assert.Equal((name, path, isLocked, isOfMachine), (mount!.Name, mount.ContainerPath, mount.IsLocked, mount.IsOfMachine));
    }

    [Theory]
    [InlineData("npm", "a cache mount is name:/container/path, ")]
    [InlineData("/root/.npm", "a cache mount is name:/container/path, ")]
    [InlineData("npm:", "a cache mount is name:/container/path, ")]
    [InlineData("npm:cache", "a cache mount is name:/container/path, ")]
    [InlineData("npm:/a:sharing=locked:/b", "a cache mount is name:/container/path, ")]
    [InlineData(":/a", "the name of a cache mount ")]
    [InlineData(".:/a", "the name of a cache mount ")]
    [InlineData("..:/a", "the name of a cache mount ")]
    [InlineData("a/b:/a", "the name of a cache mount ")]
    [InlineData("a\\b:/a", "the name of a cache mount ")]
    [InlineData("a b:/a", "the name of a cache mount ")]
    [InlineData("a\n:/a", "the name of a cache mount ")]
    [InlineData("ü:/a", "the name of a cache mount ")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234x:/a", "the name of a cache mount ")]
    [InlineData("npm:/a:", "there is no option ''; the options of a cache mount are ")]
    [InlineData("npm:/a:ro", "there is no option 'ro'; ")]
    [InlineData("npm:/a:sharing=private", "there is no option 'sharing=private'; ")]
    [InlineData("npm:/a:sharing=locked, scope=machine", "there is no option ' scope=machine'; ")]
    [InlineData("npm:/a:sharing=locked,sharing=shared", "an option is given twice; ")]
    public void Other_texts_are_none(string text, string reason)
    {
        Assert.Null(CacheMount.Read(text, out var problem));
        Assert.StartsWith(reason, problem, StringComparison.Ordinal);
    }

    // Whatever the user writes: a fault, or a folder directly below that of all cache mounts.
    [Fact]
    public void No_name_leads_elsewhere() =>
        Gen.Select(Gen.String[Gen.Char["aB0-._/\\ :\0"], 0, 8], Gen.String[Gen.Char["/a.:\0\n"], 0, 8]).Sample(parts =>
        {
            var mount = CacheMount.Read($"{parts.Item1}:{parts.Item2}", out var problem);
            Assert.Equal(mount is null, problem.Length > 0);
            if (mount is not null)
            {
                var folders = new CacheMountFolders(new(Path.Combine(Path.GetTempPath(), "none")));
                var folder = folders.Of(mount, "/x.proj", Host.Linux).Path;
                Assert.Equal(Path.Combine(Path.GetTempPath(), "none", "mounts"), Path.GetDirectoryName(Path.GetFullPath(folder)));
                Assert.True(mount.ContainerPath.Contains('\0', StringComparison.Ordinal) || ContainerPath.Normal(mount.ContainerPath) == mount.ContainerPath);
            }
        });

    [Theory]
    [InlineData("a:/cache/a;b:/cache/b;a:/machine:scope=machine", "")]
    [InlineData("a:/projects;b:/tmpx", "")]
    [InlineData("a:/project", "/project: files of the host are mounted at '/project'; use another path, such as /cache/a, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR")]
    [InlineData("a:/project/node_modules/.cache", "/project/node_modules/.cache: files of the host are mounted at '/project'; use another path, such as /cache/a, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR")]
    [InlineData("a:/data/in/x", "/data/in/x: files of the host are mounted at '/data/./in'; use another path, such as /cache/a, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR")]
    [InlineData("a:/tmp/.npm", "/tmp/.npm: '/tmp' is a folder in memory (Tmpfs, of a hermetic step /tmp); use another path, such as /cache/a, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR")]
    [InlineData("a:/run/x/../y", "/run/y: '/run/' is a folder in memory (Tmpfs, of a hermetic step /tmp); use another path, such as /cache/a, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR")]
    [InlineData("a:/x/..", "/: a cache mount cannot be the root of the container")]
    [InlineData("a:/.restricted-runner.sh", "/.restricted-runner.sh: the runner's own files are there")]
    [InlineData("a:/x\ry", "/x\ry: a container path has no control characters")]
    [InlineData("a:/x\0y/..", "/x\0y/..: a container path has no control characters")]
    [InlineData("a:/x;b:/y/../x", "/x: the cache mounts 'a' and 'b' have the same container path")]
    [InlineData("a:/x;a:/y:sharing=locked", "/x: the cache mount 'a' is given twice, and one name is one folder; give the other one another name")]
    public void A_place_that_something_else_has_is_told_before_anything_runs(string texts, string problems) =>
        Assert.Equal(
            problems,
            string.Join('\n', CacheMountRules.Check(Step with { CacheMounts = [.. texts.Split(';').Select(text => CacheMount.Read(text, out _)!)] }).Select(problem => $"{problem.Value}: {problem.Reason}")));
}
