using YamlDotNet.Serialization;

namespace RestrictedRunner.PackageTests;

/// <summary>Where a job runs, and which engine it has.</summary>
internal enum JobPlace
{
    /// <summary>On a machine with an engine.</summary>
    Machine,

    /// <summary>In a container, with the socket of the machine's engine.</summary>
    ContainerWithSocket,

    /// <summary>In a container, with docker-in-docker as a service.</summary>
    ContainerWithService,
}

/// <summary>The job of a pipeline that the documentation shows.</summary>
/// <param name="Where">Page and line.</param>
/// <param name="Place">Where it runs.</param>
/// <param name="Variables">The variables of its commands, with their values as they are written.</param>
/// <param name="Commands">Its commands, in their order.</param>
internal sealed record Pipeline(string Where, JobPlace Place, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> Commands)
{
    private const string Socket = "/var/run/docker.sock:/var/run/docker.sock";

    /// <summary>Reads an example, whose first line names the file.</summary>
    public static Pipeline Read(Example example)
    {
        var root = new Node(new DeserializerBuilder().Build().Deserialize(example.Text));
        return example.Text.Split('\n')[0] switch
        {
            "# .github/workflows/build.yml" => GitHub(example.Where, root),
            "# .gitlab-ci.yml" => GitLab(example.Where, root),
            "# azure-pipelines.yml" => Azure(example.Where, root),
            var other => throw new InvalidOperationException($"{example.Where}: no test knows '{other}'"),
        };
    }

    private static Pipeline GitHub(string where, Node root)
    {
        var job = root["jobs"]["build"];
        Assert.Equal("ubuntu-latest", job["runs-on"].Text);
        var service = job["services"]["docker"];
        if (service.IsThere)
        {
            Assert.Contains("--privileged", service["options"].Text, StringComparison.Ordinal);
            Assert.Equal("", service["env"]["DOCKER_TLS_CERTDIR"].Text);
        }

        var place = service.IsThere ? JobPlace.ContainerWithService
            : job["container"].IsThere ? JobPlace.ContainerWithSocket
            : JobPlace.Machine;
        Assert.Equal(place == JobPlace.ContainerWithSocket, job["container"]["volumes"].Items.Any(volume => volume.Text == Socket));
        Assert.NotEqual(place == JobPlace.Machine, job["container"]["image"].IsThere);
        return new(where, place, job["env"].Texts, [.. job["steps"].Items.Where(step => step["run"].IsThere).Select(step => step["run"].Text)]);
    }

    // What its runner mounts is not in the file.
    private static Pipeline GitLab(string where, Node root)
    {
        var job = root["build"];
        Assert.True(job["image"].IsThere);
        var hasService = job["services"].Items.Any(service => service["alias"].Text == "docker");
        var onMain = job["rules"].Items.Single(rule => rule["if"].IsThere);
        Assert.Equal("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", onMain["if"].Text);
        return new(
            where,
            hasService ? JobPlace.ContainerWithService : JobPlace.ContainerWithSocket,
            job["variables"].Texts.Concat(onMain["variables"].Texts).ToDictionary(),
            [.. job["script"].Items.Select(line => line.Text)]);
    }

    // Of the variables only those that a step names keep their letters, and secrets come by these only.
    private static Pipeline Azure(string where, Node root)
    {
        var step = root["steps"].Items.Single(item => item["script"].IsThere);
        var container = root["container"];
        Assert.Equal(container.IsThere, container["mapDockerSocket"].Text == "true");
        return new(
            where,
            container.IsThere ? JobPlace.ContainerWithSocket : JobPlace.Machine,
            root["variables"].Texts.Select(variable => KeyValuePair.Create(variable.Key.ToUpperInvariant(), variable.Value)).Concat(step["env"].Texts).ToDictionary(),
            [step["script"].Text]);
    }

    /// <summary>A part of a YAML document, which may be missing.</summary>
    private sealed record Node(object? Value)
    {
        public bool IsThere => Value is not null;

        public string Text => Value as string ?? "";

        public IReadOnlyList<Node> Items => Value is IEnumerable<object?> items and not IDictionary<object, object?> ? [.. items.Select(item => new Node(item))] : [];

        public IReadOnlyDictionary<string, string> Texts =>
            Value is IDictionary<object, object?> map ? map.ToDictionary(pair => (string)pair.Key, pair => pair.Value as string ?? "") : new Dictionary<string, string>();

        public Node this[string name] => new(Value is IDictionary<object, object?> map && map.TryGetValue(name, out var value) ? value : null);
    }
}
