namespace RestrictedRunner.Tests;

/// <summary>The lines are those that docker 20.10 and 28 and podman 4.3 have printed; those with an excerpt of the Dockerfile are of newer BuildKits.</summary>
public class ImageBuildOutputTests
{
    private const string Stages = "ARG B=busybox\nFROM $B AS a\nENV X=1\nRUN echo in a; touch /a\nFROM busybox\nCOPY --from=a /a /b\n# comment\nRUN echo one; \\\n  echo two >&2; exit 7\n";

    [Fact]
    public void The_classic_builder_numbers_all_instructions() => AssertFails(
        8,
        "The command '/bin/sh -c echo one;   echo two >&2; exit 7' returned a non-zero code: 7",
        ["two", "one"],
        """
        Sending build context to Docker daemon  10.75kB
        Step 1/8 : ARG B=busybox
        Step 2/8 : FROM $B AS a
         ---> aa4be4749c9b
        Step 4/8 : RUN echo in a; touch /a
         ---> Running in b436907e813d
        in a
        Removing intermediate container b436907e813d
         ---> 11c5f6a65ba4
        Step 7/8 : RUN echo one;   echo two >&2; exit 7
         ---> Running in 5f199f6a05d6
        ESC[91mtwo
        ESC[0mone
        Removing intermediate container 5f199f6a05d6
        DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
                    Install the buildx component to build images with BuildKit:
                    https://docs.docker.com/go/buildx/

        The command '/bin/sh -c echo one;   echo two >&2; exit 7' returned a non-zero code: 7
        """);

    [Fact]
    public void Podman_numbers_those_of_each_stage() => AssertFails(
        8,
        "building at STEP \"RUN echo one;   echo two >&2; exit 7\": while running runtime: exit status 7",
        ["one", "two"],
        """
        [1/2] STEP 1/3: FROM busybox AS a
        [1/2] STEP 3/3: RUN echo in a; touch /a
        in a
        --> 3be72b95868
        [2/2] STEP 1/4: FROM busybox
        [2/2] STEP 2/4: COPY --from=a /a /b
        --> 8913fc3e943
        [2/2] STEP 3/4: RUN echo one;   echo two >&2; exit 7
        one
        two
        Error: building at STEP "RUN echo one;   echo two >&2; exit 7": while running runtime: exit status 7
        """);

    [Fact]
    public void BuildKit_numbers_what_makes_layers_and_runs_several_at_once() => AssertFails(
        8,
        "executor failed running [/bin/sh -c echo one;   echo two >&2; exit 7]: exit code: 7",
        ["one", "two"],
        """
        #1 [internal] load build definition from Dockerfile
        #1 sha256:6115bff5c87af957c117118594565426ec4d669efc29de0138f66bc56ab3b43b
        #5 [a 2/2] RUN echo in a; touch /a
        #7 [stage-1 3/3] RUN echo one;   echo $X >&2; exit 7
        #5 0.150 in a
        #7 0.250 one
        #5 0.250 in a too
        #7 0.250 two
        #7 ERROR: executor failed running [/bin/sh -c echo one;   echo two >&2; exit 7]: exit code: 7
        #5 CANCELED
        ------
         > [stage-1 3/3] RUN echo one;   echo two >&2; exit 7:
        ------
        executor failed running [/bin/sh -c echo one;   echo two >&2; exit 7]: exit code: 7
        """);

    [Fact]
    public void Newer_BuildKits_show_the_lines() => AssertFails(
        8,
        "failed to solve: process \"/bin/sh -c echo one\" did not complete successfully: exit code: 7",
        ["one"],
        """
        #9 [linux/amd64 stage-1 3/3] RUN echo something else
        #9 0.250 one
        #9 ERROR: process "/bin/sh -c echo one" did not complete successfully: exit code: 7
        ------
         > [linux/amd64 stage-1 3/3] RUN echo something else:
        0.250 one
        ------
        Dockerfile:8
        --------------------
           7 |     # comment
           8 | >>> RUN echo one; \
           9 | >>>   echo two >&2; exit 7
        --------------------
        ERROR: failed to solve: process "/bin/sh -c echo one" did not complete successfully: exit code: 7
        """);

    [Theory]
    [InlineData(3, "Error response from daemon: dockerfile parse error line 3: unknown instruction: ENVV")]
    [InlineData(3, "failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 3: unknown instruction: ENVV")]
    [InlineData(3, "ERROR: failed to build: failed to solve: dockerfile parse error on line 3: unknown instruction: ENVV")]
    [InlineData(0, "Error response from daemon: failed to reach build target zz in Dockerfile")]
    [InlineData(0, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")]
    public void A_mistake_has_its_line(int line, string said) => AssertFails(line, said.Replace("ERROR: ", "", StringComparison.Ordinal), [], said);

    [Fact]
    public void An_image_that_BuildKit_cannot_get_is_at_its_FROM() => AssertFails(
        5,
        "failed to solve with frontend dockerfile.v0: failed to create LLB definition: no such host",
        [],
        """
        #3 [internal] load metadata for docker.io/library/busybox:latest
        #3 ERROR: failed to do request: no such host
        ------
         > [internal] load metadata for docker.io/library/busybox:latest:
        ------
        failed to solve with frontend dockerfile.v0: failed to create LLB definition: no such host
        """);

    private static void AssertFails(int line, string reason, string[] lastLines, string output)
    {
        var read = new ImageBuildOutput(Dockerfile.Parse(Stages));
        foreach (var said in output.Replace("ESC", "\e", StringComparison.Ordinal).Split('\n'))
        {
            read.Add(said);
        }

        var failure = read.End();
        Assert.Equal((line, reason), (failure.Line, failure.Reason));
        Assert.Equal(lastLines, failure.LastLines);
    }
}
