namespace RestrictedRunner.Build.Cluster;

/// <summary>How long a cluster is waited for.</summary>
internal sealed record ClusterPatience
{
    /// <summary>Longest time until a connection is there. A build waits for a cluster longer than for a cache, which it can do without.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time until a question is answered, and longest time in which nothing of a blob arrives.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time in which a blob that is being stored makes no progress.</summary>
    public TimeSpan Store { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time of a stream of news. Then another is begun, so that no call is without an end.</summary>
    public TimeSpan Stream { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When nothing has come for so long, the cluster is asked whether it still has the action: a long step is no news.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pauses before each further try, when no news comes at all. After the last the cluster is given up.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; init; } = [.. new[] { 0.25, 0.5, 1, 2, 4 }.Select(TimeSpan.FromSeconds)];

    /// <summary>How often a cluster may say that it is busy, and when to come again.</summary>
    public int MostDelays { get; init; } = 10;

    /// <summary>Longest time that it is then left alone, whatever it said.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time for the cancellation of an action: nobody waits for what comes of it.</summary>
    public TimeSpan Cancellation { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The cluster ends an action whose time is over. One that runs so much longer is cancelled.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The same for one of which it is not known whether it runs or waits.</summary>
    public TimeSpan GraceUnseen { get; init; } = TimeSpan.FromMinutes(30);
}
