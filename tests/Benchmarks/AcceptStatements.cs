namespace Libra.Deploy.Benchmarks;

internal static class AcceptStatements
{
    public static string Script(string prefix) => $"SELECT '{prefix}';";
}
