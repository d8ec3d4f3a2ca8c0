namespace Libra.Deploy.IntegrationTests;

/// <summary>For what looks at deadlines of seconds or at the memory of the process: these run one after the other, when all others are done.</summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
