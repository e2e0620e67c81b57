namespace RestrictedRunner.Build.Cluster;

/// <summary>A cluster, and what a project says of it.</summary>
/// <param name="Connection">The cluster.</param>
/// <param name="Setting">What the project says.</param>
internal sealed record ProjectCluster(ClusterConnection Connection, ClusterSetting Setting);
