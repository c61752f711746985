<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up()
    {
        Schema::create('report_snapshots', function (Blueprint $table) {
            $table->id();
            $table->string('tenant_id', 64);
            $table->string('job', 64);
            $table->string('period', 64);
            $table->text('title');
            $table->unsignedInteger('revision');
            $table->json('data');
            $table->timestamps();
            $table->unique(['tenant_id', 'job', 'period']);
        });

        Schema::create('report_artifacts', function (Blueprint $table) {
            $table->id();
            $table->foreignId('report_snapshot_id')->constrained()->cascadeOnDelete();
            $table->string('name');
            $table->string('format', 20);
            $table->string('media_type', 100);
            $table->unsignedBigInteger('bytes');
            $table->unsignedBigInteger('rows')->nullable();
            $table->char('sha256', 64);
            $table->string('destination')->nullable();
            $table->text('key')->nullable();
            $table->text('link')->nullable();
            $table->dateTime('expires_at')->nullable();
            $table->unique(['report_snapshot_id', 'name']);
        });

        // What has come in, so that it is taken only once.
        Schema::create('pressrun_messages', function (Blueprint $table) {
            $table->string('id', 64)->primary();
            $table->char('sha256', 64);
            $table->timestamp('created_at')->index();
        });
    }

    public function down()
    {
        Schema::dropIfExists('report_artifacts');
        Schema::dropIfExists('report_snapshots');
        Schema::dropIfExists('pressrun_messages');
    }
};
