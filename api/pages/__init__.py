"""The pages people look at: built on the server over the application, shown by the browser as text and nothing else."""
