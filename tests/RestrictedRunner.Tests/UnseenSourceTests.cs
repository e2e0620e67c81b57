namespace RestrictedRunner.Tests;

public class UnseenSourceTests
{
    [Theory]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /work/a b.", "/work/a b")]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /work/a b", "/work/a b")]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /work/dot..", "/work/dot.")]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": stat /work/a b: permission denied.", "/work/a b")]
    [InlineData("Error: statfs /work/a b: no such file or directory", "/work/a b")]
    [InlineData("docker: Error response from daemon: mounts denied: \nThe path /work/a b is not shared from the host and is not known to Docker.\nYou can configure shared paths from Docker -> Preferences... -> Resources -> File Sharing.", "/work/a b")]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: C:\\work\\a b.", "C:\\work\\a b")]
    [InlineData("docker: Error response from daemon: mounts denied: \nThe path C:/work/a b is not shared from the host and is not known to Docker.", "C:/work/a b")]
    public void A_source_that_is_here_and_not_where_the_engine_is_is_told(string report, string path)
    {
        Assert.Equal(path, UnseenSource.Find(report, found => found == path));
        Assert.Null(UnseenSource.Find(report, static _ => false));
    }

    [Fact]
    public void The_full_stop_of_a_report_is_no_part_of_a_path_of_Windows() =>
        Assert.Equal(@"C:\a", UnseenSource.Find(@"docker: bind source path does not exist: C:\a.", static path => path.TrimEnd('.') == @"C:\a"));

    [Theory]
    [InlineData("docker: Error response from daemon: Minimum memory limit allowed is 6MB.")]
    [InlineData("docker: Error response from daemon: error gathering device information while adding custom device \"/dev/nope\": no such file or directory.")]
    public void Nothing_else_is(string report) => Assert.Null(UnseenSource.Find(report, static _ => true));
}
