namespace RestrictedRunner.Build.Cluster;

/// <summary>A cluster, and what a project says of it.</summary>
/// <param name="Connection">The cluster.</param>
/// <param name="Setting">What the project says.</param>
/// <param name="TellUnusable">Tells the build that it does without the cluster: a matter of the build and of no step, whose results are as good.</param>
internal sealed record ProjectCluster(ClusterConnection Connection, ClusterSetting Setting, Action<ClusterUnavailableException> TellUnusable);
